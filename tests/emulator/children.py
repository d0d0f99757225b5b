"""How the emulator's child processes (storage server, scoring workers) are tied to its own life."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For `preexec_fn`: let the kernel kill this child when the emulator ends, however it ends.

    Only Linux offers this; elsewhere a child outlives an emulator that was itself killed with SIGKILL.
    """
    if _libc is not None:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def kill_group(pid: int, signum: int = signal.SIGKILL) -> None:
    """Signal a child that leads its own session, and whatever it started; a group that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum)
