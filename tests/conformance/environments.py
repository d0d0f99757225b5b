"""The virtual environments of the clients: each is made once, and again when its lock or the Python changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.gate import interpreters
from tests.gate.environment import BUILD
from tests.installation.packages import install_locked, lock_of, make_environment, once, python_in

FOLDER = Path(os.environ.get("CONFORMANCE_CLIENTS") or BUILD / "conformance")


def python_of(client: str) -> Path:
    """Interpreter of a client's environment, which is installed first if need be.

    `client` is the name of a lock. Raises interpreters.NoInterpreter, subprocess.CalledProcessError.
    """
    lock = lock_of(client)
    python = interpreters.find(
        oldest=(3, 12) if client == "neighbour" else (3, 11),
        first=(sys.executable, os.environ.get("CONFORMANCE_PYTHON", "")),
    )
    home = FOLDER / client
    with once(FOLDER / f"{client}.stamp", [python.version, str(home), lock.read_text()]) as needed:
        if needed:
            make_environment(home, python.path)
            install_locked(python_in(home), lock)
    return python_in(home)
