"""The emulator's end of one scoring process: start it, hand it mini batches, kill it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..children import die_with_parent, kill_group

_WORKER = Path(__file__).with_name("worker.py")
_LONGEST_ANSWER = 64 * 1024 * 1024
STOP_SECONDS = 10.0


class WorkerDied(Exception):
    """The process ended without an answer."""


class ScoringProcess:
    """One worker process, which has one mini batch in hand at most."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._killed = False

    @classmethod
    async def start(cls, settings: Path, folder: Path, environment: Mapping[str, str]) -> ScoringProcess:
        """Start the worker program with its settings file; `folder` is its working directory."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(_WORKER),
                str(settings),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                limit=_LONGEST_ANSWER,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        )

    async def answer(self) -> dict[str, Any]:
        """The next answer. Raises WorkerDied."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            status = await self._process.wait()
            raise WorkerDied(f"the worker process {_how_it_ended(status)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def score(self, files: list[str], rows: Path) -> dict[str, Any]:
        """Have a mini batch scored, its rows written to the file `rows`. Raises WorkerDied."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"files": files, "rows": str(rows)}).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError as error:
            raise WorkerDied("the worker process ended before it took the mini batch") from error
        return await self.answer()

    async def finish(self) -> None:
        """Close the input of the worker and wait for its end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(asyncio.TimeoutError):  # then it is killed
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        await self.kill()

    @property
    def is_alive(self) -> bool:
        """Whether it runs still."""
        return self._process.returncode is None

    def strike(self) -> None:
        """End it from outside, behind the back of the run that uses it."""
        kill_group(self._process.pid)

    async def kill(self) -> None:
        """End the worker and whatever it started, at once; harmless when that was done before."""
        if not self._killed:
            self._killed = True
            kill_group(self._process.pid)
        await self._process.wait()


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal has no name
        return f"was killed by signal {-status}"
