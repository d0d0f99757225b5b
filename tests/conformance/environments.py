"""The virtual environments of the clients: each is made once, and again when what it was made from changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.gate.environment import BUILD, once

FOLDER = Path(os.environ.get("CONFORMANCE_CLIENTS") or BUILD / "conformance")
REQUIREMENTS = Path(__file__).parent / "requirements"


class NoPython(LookupError):
    """No Python that a client runs on was found."""


def python_of(client: str) -> Path:
    """Interpreter of a client's environment, which is installed first if need be.

    `client` is the name of a file in `requirements`. Raises NoPython, subprocess.CalledProcessError.
    """
    requirements = REQUIREMENTS / f"{client}.txt"
    base, version = _find_python(at_least=(3, 12) if client == "neighbour" else (3, 10))
    home = FOLDER / client
    with once(FOLDER / f"{client}.stamp", [version, str(home), requirements.read_text()]) as needed:
        if needed:
            shutil.rmtree(home, ignore_errors=True)  # the first time there is none
            _run(base, "-m", "venv", home)
            _install(home, requirements)
            for pinned in _requirements_of_collection(home):
                _install(home, pinned)
    return home / "bin" / "python"


def _requirements_of_collection(home: Path) -> Iterator[Path]:
    """What the neighbour's collection wants besides: pinned inside it."""
    return home.glob("lib/python*/site-packages/ansible_collections/azure/azcollection/requirements.txt")


def _install(home: Path, requirements: Path) -> None:
    _run(home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True)


def _find_python(at_least: tuple[int, int]) -> tuple[Path, str]:
    """A Python and its full version; that of the tests, if it is new enough."""
    for candidate in _candidates():
        probe = f"import sys; print(sys.version); sys.exit(sys.version_info < {at_least})"
        done = subprocess.run([str(candidate), "-c", probe], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return candidate, done.stdout
    wanted = ".".join(map(str, at_least))
    raise NoPython(f"a client needs Python {wanted} or newer: put one on PATH, or name it in CONFORMANCE_PYTHON")


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    for name in (os.environ.get("CONFORMANCE_PYTHON"), "python3.12", "python3.13", "python3.14"):
        found = shutil.which(name) if name else None
        if found:
            yield Path(found)
    yield from _kept_by_pyenv()


def _kept_by_pyenv() -> list[Path]:
    """Interpreters that pyenv has and does not put on PATH."""
    if not shutil.which("pyenv"):
        return []
    root = subprocess.run(["pyenv", "root"], check=True, capture_output=True, text=True).stdout.strip()
    return sorted(Path(root, "versions").glob("3.1[2-9]*/bin/python3"))
