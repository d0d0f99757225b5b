"""Sets up what the demo and the tests run in: a virtual environment in `.build/venv` and Azurite in `.build/azurite`.

Runs on the Python that was found, with the standard library alone. A step that was done stays done until what it
was made from changes: each leaves a stamp that names its sources.

    python tests/gate/environment.py demo|gate
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / ".build"
VENV = BUILD / "venv"
PYTHON = VENV / "bin" / "python"
AZURITE = BUILD / "azurite"

REQUIREMENTS = {"demo": Path("tests/requirements-demo.txt"), "gate": Path("tests/requirements.txt")}


def main(purpose: str) -> None:
    """Prepare the environment for `purpose`, a key of REQUIREMENTS; exits with a message when a step fails."""
    os.chdir(REPOSITORY)
    _virtual_environment()
    _packages(REQUIREMENTS[purpose])
    _azurite()


def tool_environment() -> dict[str, str]:
    """Environment variables for tools run in this set-up: the caller's, less what would make a run differ by machine.

    Ansible's own and Azure's variables are dropped, the locale is one that Ansible accepts, and Ansible's files stay
    below `.build`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AZURE"))}
    kept.pop("PYTHONPATH", None)
    return kept | {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "AZURITE_PREFIX": str(AZURITE),
    }


def _virtual_environment() -> None:
    # A virtual environment holds absolute paths: a moved clone or another Python asks for a new one.
    with once(BUILD / "venv.stamp", [sys.executable, sys.version, str(VENV)]) as needed:
        if needed:
            shutil.rmtree(VENV, ignore_errors=True)  # the first time there is none
            _run("virtual environment", [sys.executable, "-m", "venv", str(VENV)])


def _packages(requirements: Path) -> None:
    sources = [file.read_text() for file in _with_includes(requirements)]
    with once(
        BUILD / f"{requirements.stem}.stamp", [str((BUILD / "venv.stamp").stat().st_mtime_ns), *sources]
    ) as needed:
        if needed:
            pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run(f"packages of {requirements}", [*pip, "-r", str(requirements)])


def _azurite() -> None:
    source = Path("tests/emulator/azurite.py")
    with once(BUILD / "azurite.stamp", [source.read_text()]) as needed:
        if needed:
            _run("Azurite", [str(PYTHON), "-c", "from tests.emulator.azurite import install; install()"])


def _with_includes(requirements: Path) -> Iterator[Path]:
    yield requirements
    for line in requirements.read_text().splitlines():
        if line.startswith("-r "):
            yield from _with_includes(requirements.parent / line[3:].strip())


@contextlib.contextmanager
def once(stamp: Path, sources: Sequence[str]) -> Iterator[bool]:
    """Yields whether a step must run; its stamp, which names its sources, is written only when it ended well."""
    digest = hashlib.sha256("\0".join(sources).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        yield False
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    yield True
    stamp.write_text(digest)


def _run(what: str, command: Sequence[str]) -> None:
    print(f"set up: {what} ...", end=" ", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        command, check=False, env=tool_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        sys.exit(f"failed\n{done.stdout}\nCould not set up {what}: `{' '.join(command)}` ended with {done.returncode}.")
    print(f"{time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
