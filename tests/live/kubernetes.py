"""A real Kubernetes, built from Debian's own source package, once, into the cache.

Debian 12 carries the whole tree of Kubernetes 1.20.2 with its dependencies; no later release of
the distribution does.  It proves our client code on a genuine API server and kubelet, and nothing
about newer releases of Kubernetes.

`python -m tests.live.kubernetes` tells by its exit status whether the cache has it already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.locks import file_lock
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.packages.apt import PrivateApt, sources_for
from pytest_kanister._base.packages.sources import Source
from pytest_kanister.errors import EnvironmentProblem

__all__ = ["VERSION", "is_built", "kubernetes_programs"]

VERSION = "v1.20.2"

_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kubeadm",
    "kube-proxy",
    "kubectl",
)
_OPENAPI = "pkg/generated/openapi"
_VERSION_PACKAGES = (
    "k8s.io/kubernetes/vendor/k8s.io/component-base/version",
    "k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version",
)
_COMMIT = "faecb196815e248d3ecfb03c680a4507229c2a56"


class _SourcePackages(Source):
    """An entry of apt's configuration that offers source packages."""

    def stanza(self) -> str:
        text = super().stanza().replace("Types: deb\n", "Types: deb-src\n")
        return text.replace("Targets: Packages\n", "Targets: Sources\n")


def kubernetes_programs() -> Path:
    """The folder with Kubernetes' programs; the first call takes about six minutes.

    Raises:
        EnvironmentProblem: the distribution has no such source, or the build fails.
    """
    home = _home()
    with file_lock(home.with_name(f".{home.name}.lock"), on_wait=lambda: print("waiting")):
        if not is_built():
            with tempfile.TemporaryDirectory(prefix=".kubernetes-", dir=home.parent) as scratch:
                _build(Path(scratch), home)
    return home


def is_built() -> bool:
    """Whether the cache has them already."""
    return all((_home() / name).is_file() for name in _PROGRAMS)


def _home() -> Path:
    return cache_folder() / "live" / f"kubernetes-{VERSION}-3"


def _build(scratch: Path, home: Path) -> None:
    tree = fetch_packages(
        "golang-1.19",
        ["golang-1.19-go", "golang-1.19-src", "golang-github-modern-go-reflect2-dev"],
        suite=None,
        cache=cache_folder(),
        progress=print,
    )
    source = scratch / "go/src/k8s.io/kubernetes"
    _unpack_source(scratch, source)
    # The one that is vendored crashes on maps with Go 1.18 and later.
    vendored = source / "vendor/github.com/modern-go/reflect2"
    shutil.rmtree(vendored)
    shutil.copytree(tree / "usr/share/gocode/src/github.com/modern-go/reflect2", vendored)
    goroot = scratch / "goroot"
    # Since Go 1.18 this comparison holds for an empty text, too: each would count as a null.
    validator = source / "vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go"
    text = validator.read_text()
    zero = " || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data))"
    if zero not in text:
        raise EnvironmentProblem("another source of Kubernetes", remedies=["see type.go"])
    validator.write_text(text.replace(zero, ""))
    # Debian keeps the halves of GOROOT apart and links them by paths that are not there.
    for half in ("usr/share/go-1.19", "usr/lib/go-1.19"):
        shutil.copytree(tree / half, goroot, ignore=_links, symlinks=True, dirs_exist_ok=True)
    env = {
        "PATH": f"{goroot}/bin:{os.environ['PATH']}",
        "HOME": str(scratch),
        "GOROOT": str(goroot),
        "GOPATH": str(scratch / "go"),
        "GOCACHE": str(scratch / "gocache"),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
        "GOPROXY": "off",
        "GOFLAGS": "",
    }
    _run(["go", "version"], source, env)
    print("kubernetes: generating the OpenAPI definitions")
    _generate_openapi(source, env)
    values = {
        "gitVersion": VERSION,
        "gitMajor": "1",
        "gitMinor": "20",
        "gitCommit": _COMMIT,
        "gitTreeState": "archive",
        "buildDate": "2021-01-13T13:20:00Z",
    }
    flags = ["-s", "-w"]
    for package in _VERSION_PACKAGES:
        for name, value in values.items():
            flags += ["-X", f"{package}.{name}={value}"]
    out = scratch / "programs"
    out.mkdir()
    print(f"kubernetes: building {', '.join(_PROGRAMS)} (minutes)")
    packages = [f"k8s.io/kubernetes/cmd/{name}" for name in _PROGRAMS]
    _run(["go", "build", "-o", f"{out}/", "-ldflags", " ".join(flags), *packages], source, env)
    shutil.rmtree(home, ignore_errors=True)
    out.rename(home)


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_symlink()]


def _unpack_source(scratch: Path, source: Path) -> None:
    apt_folder = scratch / "apt"
    apt_folder.mkdir()
    apt = PrivateApt(
        apt_folder,
        [
            _SourcePackages(entry.uris, entry.suites, entry.components, entry.options)
            for entry in sources_for(None)
        ],
    )
    print("kubernetes: reading the index of source packages")
    apt.update()
    _run(
        [
            "apt-get",
            "-q",
            "-c",
            f"{apt_folder}/apt.conf",
            "source",
            "--download-only",
            "kubernetes",
        ],
        apt_folder,
        dict(os.environ),
    )
    archive = next(iter(apt_folder.glob("kubernetes_1.20.*.orig.tar.*")), None)
    if archive is None:
        raise EnvironmentProblem(
            "this distribution's source package of Kubernetes is not release 1.20",
            remedies=["run the live tests on Debian 12"],
            looked=[str(path.name) for path in apt_folder.glob("kubernetes_*")],
        )
    source.mkdir(parents=True)
    _run(["tar", "-xf", str(archive), "-C", str(source), "--strip-components=1"], scratch, None)


def _generate_openapi(source: Path, env: dict[str, str]) -> None:
    """kube-apiserver does not link without the file that the source package leaves out."""
    found = subprocess.run(
        [
            "grep",
            "-rl",
            "--include=doc.go",
            "+k8s:openapi-gen=true",
            "pkg",
            "staging/src/k8s.io",
            "vendor/k8s.io",
        ],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    packages = set()
    for file in found:
        folder = str(Path(file).parent)
        folder = folder.removeprefix("staging/src/").removeprefix("vendor/")
        packages.add(
            f"k8s.io/kubernetes/{folder}"
            if folder.startswith("pkg/")
            else f"k8s.io/kubernetes/vendor/{folder}"
        )
    packages |= {
        "k8s.io/kubernetes/vendor/k8s.io/apimachinery/pkg/version",
        "k8s.io/kubernetes/vendor/k8s.io/apimachinery/pkg/runtime",
        "k8s.io/kubernetes/vendor/k8s.io/apimachinery/pkg/apis/meta/v1",
        "k8s.io/kubernetes/vendor/k8s.io/apimachinery/pkg/api/resource",
        "k8s.io/kubernetes/vendor/k8s.io/apimachinery/pkg/util/intstr",
    }
    generator = "k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen"
    _run(["go", "build", "-o", "/dev/null", generator], source, env)
    header = source / "hack/boilerplate/boilerplate.generatego.txt"
    _run(
        [
            "go",
            "run",
            generator,
            "--output-file-base",
            "zz_generated.openapi",
            "--go-header-file",
            str(header),
            "--output-base",
            str(source.parents[1]),
            "--output-package",
            f"k8s.io/kubernetes/{_OPENAPI}",
            "--report-filename",
            "/dev/null",
            "--input-dirs",
            ",".join(sorted(packages)),
        ],
        source,
        env,
    )


def _run(argv: list[str], cwd: Path, env: dict[str, str] | None) -> None:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentProblem(
            f"{' '.join(argv[:3])} … failed",
            remedies=["see what it said"],
            evidence="\n".join((done.stderr or done.stdout).splitlines()[-40:]),
        )


if __name__ == "__main__":
    sys.exit(0 if is_built() else 1)
