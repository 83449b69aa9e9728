"""The script behind the program `kando`: `start.py PACKAGE_FOLDER ARGUMENTS…`.

It is run by its path in an isolated interpreter.  The package's folder is put under its name by
hand instead of through sys.path, so that nothing beside it can be imported by accident.
"""

import importlib.util
import sys

if __name__ == "__main__":
    folder = sys.argv.pop(1)
    spec = importlib.util.spec_from_file_location(
        "pytest_kanister", f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["pytest_kanister"] = package
    spec.loader.exec_module(package)

    from pytest_kanister._kanister.tools.kando.main import main

    sys.exit(main(sys.argv[1:]))
