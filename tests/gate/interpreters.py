"""Pythons of this machine other than the one that runs: on PATH, or kept by pyenv.

A name on PATH proves nothing (version managers put shims there), so each candidate is executed.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, int]
NEWEST: Version = (3, 13)
"""The newest Python that the locks are made for."""


class NoInterpreter(LookupError):
    """This machine has no such Python; the message names it and says what to do."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs: its path and its full version, as `sys.version` has it."""

    path: Path
    version: str


def find(oldest: Version, newest: Version = NEWEST, first: Iterable[str | Path] = ()) -> Interpreter:
    """The newest Python from `oldest` to `newest`, unless one of `first` is one: those are asked before all others.

    Raises NoInterpreter.
    """
    for candidate in itertools.chain(first, _candidates(oldest, newest)):
        if found := _ask(candidate, oldest, newest):
            return found
    raise NoInterpreter(
        f"no Python {_range(oldest, newest)} with the modules venv and ensurepip on PATH or in pyenv. "
        f"Install it, or put it on PATH as python{_dotted(newest)}."
    )


def _candidates(oldest: Version, newest: Version) -> Iterator[str | Path]:
    for minor in range(newest[1], oldest[1] - 1, -1):
        yield f"python3.{minor}"
        yield from _kept_by_pyenv((3, minor))


def _kept_by_pyenv(version: Version) -> list[Path]:
    """Interpreters that pyenv has and does not put on PATH."""
    if not shutil.which("pyenv"):
        return []
    root = subprocess.run(["pyenv", "root"], check=True, capture_output=True, text=True).stdout.strip()
    return sorted(Path(root, "versions").glob(f"{_dotted(version)}.*/bin/python3"))


def _ask(candidate: str | Path, oldest: Version, newest: Version) -> Interpreter | None:
    path = shutil.which(str(candidate))
    if not path:
        return None
    probe = (
        f"import ensurepip, sys, venv; print(sys.version); sys.exit(not {oldest} <= sys.version_info[:2] <= {newest})"
    )
    done = subprocess.run([path, "-c", probe], check=False, capture_output=True, text=True)
    return None if done.returncode else Interpreter(Path(path), done.stdout.strip())


def _range(oldest: Version, newest: Version) -> str:
    return _dotted(oldest) if oldest == newest else f"{_dotted(oldest)} to {_dotted(newest)}"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
