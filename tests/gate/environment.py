"""Where the demo and the tests run, and how that is set up: `python -m tests.gate.environment`.

The environment variable TEST_ENVIRONMENT names the environment:

- `gate`, the default, in `.build`: what the tests need, locked; `demo`: the same with the demo's packages alone
- `newest`, in `.build/newest`: the newest of everything on the newest Python, made again once a day
- `oldest`, in `.build/oldest`: the oldest that the collection allows, locked, and the emulator in an environment of
  its own

Runs on the Python that was found, with the standard library alone.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.installation.packages import REPOSITORY, install_locked, lock_of, make_environment, once, python_in

from . import interpreters
from .installation import install_azurite, install_newest
from .interpreters import Interpreter

NAME = os.environ.get("TEST_ENVIRONMENT", "gate")
BUILD = REPOSITORY / ".build" / ("" if NAME in ("demo", "gate") else NAME)
VENV = BUILD / "venv"
EMULATOR = BUILD / "emulator" / "venv" if NAME == "oldest" else VENV
"""The environment that a workspace of the integration tests runs in."""

FLOOR = BUILD / "floor" / "venv"
"""The oldest release series of ansible-core, for the sanity tests; absent if the machine has no Python for it."""

AZURITE = BUILD / "azurite"
OLDEST_PYTHON = (3, 10)
FLOOR_PYTHONS = ((3, 10), (3, 11), (3, 12))
"""The Pythons that ansible-core 2.16 runs on, the preferred one first."""


def set_up() -> None:
    """Set up the environment that TEST_ENVIRONMENT names; exits with a message when a step fails."""
    try:
        {"demo": _set_up_locked, "gate": _set_up_locked, "newest": _set_up_newest, "oldest": _set_up_oldest}[NAME]()
    except interpreters.NoInterpreter as error:
        sys.exit(f"Could not set up the environment `{NAME}`: {error}")


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
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "AZURITE_PREFIX": str(AZURITE),
        "EMULATOR_PYTHON": str(python_in(EMULATOR)),
    }


def _set_up_locked() -> None:
    with ThreadPoolExecutor(1) as beside:  # each installation keeps one processor busy
        floor = beside.submit(_set_up_floor) if NAME == "gate" else None
        # The lock of the gate holds what the demo's has: when it changes, both start from an empty environment.
        _virtual_environment(VENV, _this_python(), lock_of("gate").read_text())
        _locked_packages(VENV, NAME)
        _azurite()
        if floor:
            floor.result()


def _set_up_floor() -> None:
    python = _floor_python()
    if python:
        _virtual_environment(FLOOR, python, lock_of("floor").read_text())
        _locked_packages(FLOOR, "floor")


def _floor_python() -> Interpreter | None:
    for version in FLOOR_PYTHONS:
        with contextlib.suppress(interpreters.NoInterpreter):
            return interpreters.find(oldest=version, newest=version)
    return None


def _set_up_newest() -> None:
    today = datetime.date.today().isoformat()
    _virtual_environment(VENV, interpreters.find(oldest=(3, 11)), today)
    requirements = REPOSITORY / "tests" / "requirements.txt"
    _once(
        f"newest packages of {requirements.name}",
        BUILD / "packages.stamp",
        [_made(VENV)],
        lambda: install_newest(python_in(VENV), requirements),
    )
    _azurite(today, locked=False)


def _set_up_oldest() -> None:
    python = interpreters.find(oldest=OLDEST_PYTHON, newest=OLDEST_PYTHON)
    for home, interpreter, name in ((VENV, python, "oldest"), (EMULATOR, _this_python(), "emulator")):
        _virtual_environment(home, interpreter, lock_of(name).read_text())
        _locked_packages(home, name)
    _azurite()


def _this_python() -> Interpreter:
    return Interpreter(Path(sys.executable), sys.version)


def _virtual_environment(home: Path, python: Interpreter, *made_for: str) -> None:
    # A virtual environment holds absolute paths: a moved clone or another Python asks for a new one.
    _once(
        f"virtual environment with Python {python.version.split()[0]}",
        _stamp(home),
        [str(python.path), python.version, str(home), *made_for],
        lambda: make_environment(home, python.path),
    )


def _locked_packages(home: Path, name: str) -> None:
    lock = lock_of(name)
    _once(
        f"packages of {lock.relative_to(REPOSITORY)}",
        home.with_name(f"{name}.stamp"),
        [_made(home), lock.read_text()],
        lambda: install_locked(python_in(home), lock),
    )


def _azurite(*made_for: str, locked: bool = True) -> None:
    sources = [REPOSITORY / "tests/emulator/azurite.py", *sorted((REPOSITORY / "tests/lock/azurite").iterdir())]
    _once(
        "Azurite",
        BUILD / "azurite.stamp",
        [*(file.read_text() for file in sources), *made_for],
        lambda: install_azurite(python_in(EMULATOR), AZURITE, locked=locked),
    )


def _stamp(home: Path) -> Path:
    return home.with_name(f"{home.name}.stamp")


def _made(home: Path) -> str:
    """When the virtual environment was made: what is installed in it has to be installed again in a new one."""
    return str(_stamp(home).stat().st_mtime_ns)


def _once(what: str, stamp: Path, sources: list[str], step: Callable[[], None]) -> None:
    with once(stamp, sources) as needed:
        if needed:
            with _shown(what):
                step()


@contextlib.contextmanager
def _shown(what: str) -> Iterator[None]:
    print(f"set up: {what} ...", flush=True)
    started = time.monotonic()
    try:
        yield
    except subprocess.CalledProcessError as error:
        command = " ".join(error.cmd)
        sys.exit(f"{error.stdout}\nCould not set up {what}: `{command}` ended with {error.returncode}.")
    print(f"set up: {what} took {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    set_up()
