"""The script behind the program `kando`: `start.py PACKAGE_FOLDER ARGUMENTS…`.

It is run by its path in an isolated interpreter.  The package's folder is put under its name by
hand instead of through sys.path, so that nothing beside it can be imported by accident; the
package's own module is not run: kando needs nothing of it.
"""

import sys

if __name__ == "__main__":
    folder = sys.argv.pop(1)
    package = type(sys)("pytest_kanister")
    package.__path__ = [folder]
    sys.modules["pytest_kanister"] = package

    from pytest_kanister._kanister.tools.kando.main import main

    sys.exit(main(sys.argv[1:]))
