"""Installing what a lock names, once: virtual environments and their packages.

A step that was done stays done until what it was made from changes: each leaves a stamp that names its sources.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = REPOSITORY / "tests" / "lock"
# Python compiles the modules that it imports, which are few of those installed.
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]


def lock_of(name: str) -> Path:
    """The file that pins, with hashes, what the environment `name` holds."""
    return LOCKS / f"{name}.txt"


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


def python_in(home: Path) -> Path:
    """The interpreter of the virtual environment `home`."""
    return home / "bin" / "python"


def make_environment(home: Path, python: Path) -> None:
    """Make an empty virtual environment of the interpreter `python` in `home`. Raises subprocess.CalledProcessError."""
    shutil.rmtree(home, ignore_errors=True)  # the first time there is none
    run([str(python), "-m", "venv", str(home)])


def install_locked(python: Path, lock: Path, *flags: str) -> None:
    """Install a lock with the pip of `python`. Raises subprocess.CalledProcessError.

    Wheels only: building a package would fetch what no lock holds.
    """
    hashed = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    run([str(python), *PIP, *flags, *hashed])


def run(command: Sequence[str], **variables: str) -> str:
    """What a command printed, run in the repository with more environment variables.

    Raises subprocess.CalledProcessError with the same in its `stdout`.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        check=True,
        cwd=REPOSITORY,
        env=kept | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout
