"""The emulator as a background process: started, found again by its state directory, stopped."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..installation.environment import root_of

STOP_SECONDS = 20.0
MODULE = __name__.rpartition(".")[0]
"""The emulator's package: `tests.emulator`, or its longer name in an installed collection."""


class StartError(RuntimeError):
    """The emulator cannot start; the message is one line that says why."""


def start(state_dir: Path, arguments: Sequence[str]) -> None:
    """Run `serve` with these arguments in a process of its own and return once clients may connect.

    Raises StartError, with nothing left running.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    if is_running(state_dir):
        raise StartError(f"an emulator already runs in {state_dir}; stop it with 'down' first")
    reading, writing = os.pipe()
    with os.fdopen(reading) as report, (state_dir / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "serve", "--report", str(writing), *arguments],
            cwd=root_of(MODULE),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        try:
            line = report.readline().strip()
        except KeyboardInterrupt:
            process.terminate()
            raise
    if line != "ready":
        process.terminate()
        process.wait()
        raise StartError(line or f"the emulator ended while starting; see {state_dir / 'log'}")


def stop(state_dir: Path) -> None:
    """Stop the emulator of a state directory with everything it started; harmless when none runs."""
    if not is_running(state_dir):
        return
    pid = int((state_dir / "pid").read_text())
    with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while is_running(state_dir):
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def is_running(state_dir: Path) -> bool:
    """Whether a process holds the lock on the pid file; a stale file does not count."""
    try:
        with (state_dir / "pid").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def pid_file(state_dir: Path) -> Iterator[None]:
    """Hold the state directory; raises StartError when another process does."""
    path = state_dir / "pid"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(f"an emulator already runs in {state_dir}") from error
        file.truncate(0)
        print(os.getpid(), file=file, flush=True)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
