"""The processes of one scoring run and the queue of mini batches they share: retries, timeouts, error threshold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from .logs import Logs
from .plan import NOTHING_SUCCEEDED, RUN_FAILED, Plan, Progress, RunFailed
from .process import ScoringProcess, WorkerDied

StartProcess = Callable[[int], Awaitable[ScoringProcess]]


@dataclass
class MiniBatch:
    """Some of the input files; `timeouts` counts those of its tries that took too long."""

    index: int
    files: list[str]
    tries: int = 0
    timeouts: int = 0


class Pool:
    """Scores the files of a run with `instance_count` x `processes_per_instance` processes."""

    def __init__(self, plan: Plan, start_process: StartProcess, parts: Path, logs: Logs) -> None:
        """`parts` is the folder for the rows of each mini batch."""
        self._plan = plan
        self._start_process = start_process
        self._parts = parts
        self._logs = logs
        self._queue: asyncio.Queue[MiniBatch | None] = asyncio.Queue()
        self._size = plan.instance_count * plan.processes_per_instance
        self._began = 0.0
        self.progress = Progress()
        self.finished: list[Path] = []
        """Files with rows, in the order in which their mini batches ended."""

    async def run(self, files: list[str]) -> None:
        """Score `files`. Raises RunFailed."""
        self._began = time.monotonic()
        step = self._plan.mini_batch_size
        for index, first in enumerate(range(0, len(files), step)):
            self._queue.put_nowait(MiniBatch(index, files[first : first + step]))
        self.progress.mini_batches = self._queue.qsize()
        self._logs.scheduled(self.progress.mini_batches, len(files))
        slots = [asyncio.create_task(self._slot(number)) for number in range(self._size)]
        try:
            await asyncio.gather(*slots)
        finally:
            for slot in slots:
                slot.cancel()
            await asyncio.gather(*slots, return_exceptions=True)
        if self.progress.items == 0:
            raise RunFailed(NOTHING_SUCCEEDED)

    async def _slot(self, number: int) -> None:
        """Keep one process going and feed it until no mini batch is left."""
        process = await self._ready(number)
        try:
            while (batch := await self._queue.get()) is not None:
                if not await self._score(number, process, batch):
                    await process.kill()
                    process = await self._ready(number)
            await process.finish()
        finally:
            await process.kill()

    async def _ready(self, number: int) -> ScoringProcess:
        """A started process whose `init()` has returned. Raises RunFailed."""
        process = await self._start_process(number)
        limit = self._plan.init_timeout_seconds
        try:
            answer = await asyncio.wait_for(process.answer(), limit)
        except WorkerDied as died:
            answer = {"event": "broken", "error": str(died), "traceback": ""}
        except asyncio.TimeoutError:
            answer = {"event": "broken", "error": f"it took longer than {limit:g} s", "traceback": ""}
        except BaseException:  # a canceled job, too, leaves no process behind
            await process.kill()
            raise
        if answer["event"] == "broken":
            await process.kill()
            self._logs.error(number, f"init() failed: {answer['error']}", answer["traceback"])
            raise RunFailed(RUN_FAILED, answer["error"])
        return process

    async def _score(self, number: int, process: ScoringProcess, batch: MiniBatch) -> bool:
        """Try a mini batch once; False when its process must be replaced. Raises RunFailed."""
        rows = self._parts / f"{batch.index}-{batch.tries}"
        batch.tries += 1
        timeout = self._plan.timeout_seconds
        try:
            answer = await asyncio.wait_for(process.score(batch.files, rows), timeout)
        except asyncio.TimeoutError:
            batch.timeouts += 1
            self._again(number, batch, f"run() took longer than {timeout:g} s", "")
            return False
        except WorkerDied as died:
            self._again(number, batch, str(died), "")
            return False
        if answer["event"] == "failed":
            self._again(number, batch, answer["error"], answer["traceback"])
        else:
            self.finished.append(rows)
            self._logs.attempt(batch.index, batch.tries, len(batch.files), answer["returned"])
            self._close(batch, succeeded=answer["returned"])
        return True

    def _again(self, number: int, batch: MiniBatch, error: str, traceback: str) -> None:
        """Queue a failed mini batch once more, or count it out after the last try. Raises RunFailed.

        `max_retries` is the number of tries: the service hands it to the run as `run_max_try` (batch contract 5.4).
        """
        what = f"mini batch {batch.index}, try {batch.tries} of {self._plan.max_tries}"
        self._logs.error(number, f"{what}: {error}", traceback)
        self._logs.attempt(batch.index, batch.tries, len(batch.files), 0, error)
        if batch.tries < self._plan.max_tries:
            self._queue.put_nowait(batch)
        elif batch.timeouts == batch.tries:
            waited = f"{batch.tries * self._plan.timeout_seconds:g} seconds"
            raise RunFailed(
                f"No progress update in {waited}. No progress update in this check. Wait {waited} since last update.",
                f"{what}: {error}",
            )
        else:
            self._close(batch, succeeded=0)

    def _close(self, batch: MiniBatch, succeeded: int) -> None:
        """Count a mini batch that will not be tried again; end all slots after the last. Raises RunFailed.

        Files without an item in what `run()` returned count as failed; more items than files are no fault.
        """
        self.progress.done += 1
        self.progress.items += succeeded
        self.progress.failed_items += max(0, len(batch.files) - succeeded)
        elapsed = timedelta(seconds=time.monotonic() - self._began)
        self._logs.processed(self.progress.done, self.progress.mini_batches, elapsed)
        threshold = self._plan.error_threshold
        if self.progress.failed_items > threshold >= 0:
            raise RunFailed(
                RUN_FAILED, f"{self.progress.failed_items} failed items are more than the error threshold {threshold}"
            )
        if self.progress.done == self.progress.mini_batches:
            for _worker in range(self._size):
                self._queue.put_nowait(None)
