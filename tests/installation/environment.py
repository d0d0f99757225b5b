"""Where a command of an installed collection runs: in the interpreter that started it, or in an environment of its own.

The collection's folder may be read-only, and the machine without git and make: all that is installed goes to a folder
that the command names, from the locks that come with the collection.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .packages import install_locked, lock_of, make_environment, once, python_in

OLDEST, NEWEST = (3, 11), (3, 13)
"""The Pythons that the locks are made for."""

RUN = (
    "import runpy, sys; sys.path.insert(0, {root!r}); runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


class SetUpError(RuntimeError):
    """An environment cannot be made; the message says why and what to do."""


def default_folder(name: str) -> Path:
    """The folder `name` in the user's cache, by the XDG base directory specification."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return Path(cache if os.path.isabs(cache) else os.path.expanduser("~/.cache")) / "mlops.azureml" / name


def enter(folder: Path, name: str, requirements: Path, module: str) -> None:
    """Return if this interpreter has the packages; else run `module` again where they are, with the same arguments.

    That is an environment below `folder`, made from the lock `name` when there is none. Raises SetUpError.

    :param requirements: names the packages
    :param module: what runs, as in `python -m`
    """
    missing = [package for package in _packages(requirements) if not _is_installed(package)]
    if not missing:
        return
    python = _environment(folder / "environment", name, missing)
    os.execv(python, [str(python), "-c", RUN.format(root=str(root_of(module)), module=module), *sys.argv[1:]])


def root_of(package: str) -> Path:
    """The folder from which `package` of this collection is imported, whichever name it has."""
    tests = Path(__file__).absolute().parents[1]
    return tests.parents[package.split(".").index("tests")]


def _packages(requirements: Path) -> Iterator[str]:
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from _packages(requirements.parent / line.removeprefix("-r ").strip())
        elif match := re.match(r"[\w.-]+", line):
            yield match[0]


def _is_installed(package: str) -> bool:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        importlib.metadata.distribution(package)
        return True
    return False


def _environment(home: Path, name: str, missing: list[str]) -> Path:
    """The interpreter of the environment `home`, which is made first if need be."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        raise SetUpError(
            f"this Python {version[0]}.{version[1]} lacks {', '.join(missing)}. Start the command with a Python from "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, which gets an environment of its own."
        )
    lock = lock_of(name)
    try:
        with once(home.with_name(f"{home.name}.stamp"), [sys.version, str(home), lock.read_text()]) as needed:
            if needed:
                print(f"installing {len(missing)} packages and what they need into {home} ...", file=sys.stderr)
                make_environment(home, Path(sys.executable))
                install_locked(python_in(home), lock)
    except subprocess.CalledProcessError as error:
        words = " ".join(error.cmd)
        raise SetUpError(
            f"cannot install into {home}: `{words}` ended with {error.returncode}:\n{error.stdout}"
        ) from None
    except OSError as error:
        raise SetUpError(f"cannot install into {home}: {error.strerror}. Name another folder.") from error
    return python_in(home)
