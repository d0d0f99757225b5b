"""Carries a plan out: fetches code, model and input, scores in worker processes, writes results and logs to storage."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .logs import Logs
from .packages import missing_packages
from .plan import OUTPUT_EXISTS, RUN_FAILED, Place, Plan, Progress, RunFailed, Store
from .pool import Pool
from .process import ScoringProcess

_PUBLISH_SECONDS = 2.0
_TRANSFERS = 8
"""Blobs on their way at the same time."""


class Executor:
    """Runs plans below one folder, each in a folder of its own that is gone when the run has ended."""

    def __init__(self, store: Store, folder: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._folder = folder
        self._now = now
        self._processes: dict[str, list[ScoringProcess]] = {}
        """The processes that were started for each run under way."""

    def kill_worker(self, run_id: str) -> bool:
        """Kill a living process of a run from outside; False when there is none."""
        for process in self._processes.get(run_id, []):
            if process.is_alive:
                process.strike()
                return True
        return False

    async def run(self, plan: Plan) -> Progress:
        """Carry a plan out. Raises RunFailed; when cancelled, its processes are killed and only logs are written."""
        folder = self._folder / plan.run_id
        logs = Logs(folder / "logs", plan.processes_per_instance, self._now, plan.progress_logs)
        over = asyncio.Event()
        publishing = asyncio.create_task(self._publish(logs, plan.logs, over))
        try:
            progress = await self._score(plan, folder, logs)
            logs.progress("The run completed.")
            return progress
        except RunFailed as failed:
            logs.progress(f"The run failed. {failed}")
            if failed.explanation:
                logs.progress(failed.explanation)
            raise
        finally:
            self._processes.pop(plan.run_id, None)
            over.set()
            await publishing
            # A script may still hold files there; what is left goes with the state directory.
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _publish(self, logs: Logs, place: Place, over: asyncio.Event) -> None:
        """Store the logs every now and then, and at last when the run is over."""
        last = False
        while not last:
            with contextlib.suppress(asyncio.TimeoutError):  # time for another look
                await asyncio.wait_for(over.wait(), _PUBLISH_SECONDS)
            last = over.is_set()
            await self._upload(logs.folder, place)

    async def _score(self, plan: Plan, folder: Path, logs: Logs) -> Progress:
        self._describe(plan, logs)
        exists = plan.append_row and bool(await self._store.names(plan.output.child(plan.output_file_name)))
        if exists and not plan.leaves_existing:
            raise RunFailed(OUTPUT_EXISTS, f"{plan.output.child(plan.output_file_name).path} exists")
        script = await self._fetch_script(plan, folder)
        if plan.model is not None:
            await self._fetch(plan.model, folder / "model")
        files = await self._fetch(plan.inputs, folder / "input")
        if not files:
            raise RunFailed(dataset_failed(plan.run_id))
        output, parts = folder / "output", folder / "parts"
        for new in (output, parts):
            new.mkdir(parents=True, exist_ok=True)

        async def start_process(number: int) -> ScoringProcess:
            process = await _start_process(plan, number, script, folder, logs)
            self._processes.setdefault(plan.run_id, []).append(process)
            return process

        pool = Pool(plan, start_process, parts, logs)
        await pool.run([str(file) for file in files])
        if plan.append_row and not exists:
            await asyncio.to_thread(_concatenate, pool.finished, output / plan.output_file_name)
        await self._upload(output, plan.output)
        return pool.progress

    async def _fetch_script(self, plan: Plan, folder: Path) -> Path:
        await self._fetch(plan.code, folder / "code")
        script = folder / "code" / plan.code.name / plan.scoring_script
        if not script.is_file():
            raise RunFailed(RUN_FAILED, f"The entry script {plan.scoring_script} is not in the code folder.")
        return script

    async def _fetch(self, place: Place, folder: Path) -> list[Path]:
        """Download the blobs at `place` to `folder`, under its own base name; the files ordered by name."""
        root = folder / place.name
        targets = {name: root / name if name else root for name in await self._store.names(place)}
        for target in targets.values():
            if not target.resolve().is_relative_to(folder.resolve()):
                raise RunFailed(RUN_FAILED, f"A blob's name leads out of its folder: {target.relative_to(root)}")
        await _in_parallel(
            self._store.download(place.child(name) if name else place, target) for name, target in targets.items()
        )
        return list(targets.values())

    async def _upload(self, folder: Path, place: Place) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        await _in_parallel(self._store.upload(file, place.child(file.relative_to(folder).as_posix())) for file in files)

    def _describe(self, plan: Plan, logs: Logs) -> None:
        count = plan.instance_count * plan.processes_per_instance
        logs.driver(f"Scoring with {plan.scoring_script} in {count} processes: {' '.join(plan.arguments)}")
        try:
            missing = missing_packages(plan.conda)
        except ValueError as error:
            logs.driver(f"Environment: {error}")
            return
        for name in missing:
            logs.driver(f"Environment: package '{name}' of the conda file is missing in the emulator's Python")


def dataset_failed(run_id: str) -> str:
    """What the service says when the input cannot be mounted or holds nothing. Service fact: batch contract 9.2."""
    return (
        f"Dataset initialization failed: UserErrorException: Message: Cannot mount Dataset(id='{run_id}', name='None', "
        "version=None). Source of the dataset is either not accessible or does not contain any data."
    )


async def _start_process(plan: Plan, number: int, script: Path, folder: Path, logs: Logs) -> ScoringProcess:
    code = folder / "code" / plan.code.name
    settings = folder / f"process{number}.json"
    orders: dict[str, Any] = {
        "script": str(script),
        "code": str(code),
        "arguments": list(plan.arguments),
        "logging_level": plan.logging_level,
        "stdout": str(logs.output(number, "stdout")),
        "stderr": str(logs.output(number, "stderr")),
    }
    if plan.debugger:
        orders["debugger"] = plan.debugger
    if plan.observed:
        observations = logs.observations(number)
        observations.parent.mkdir(parents=True, exist_ok=True)
        orders["observed"] = {
            "file": str(observations),
            "folder": str(folder),
            "model": str(folder / "model"),
            "input": str(folder / "input"),
            "timeout_seconds": plan.timeout_seconds,
            "append_row": plan.append_row,
        }
    settings.write_text(json.dumps(orders), encoding="utf-8")
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "AZUREML_RUN_ID": plan.run_id,
        "AZUREML_MODEL_DIR": str(folder / "model"),
        "AZUREML_BI_OUTPUT_PATH": str(folder / "output"),
        **plan.environment,
    }
    return await ScoringProcess.start(settings, code, environment)


def _concatenate(parts: Iterable[Path], target: Path) -> None:
    with target.open("wb") as merged:
        for part in parts:
            with part.open("rb") as rows:
                shutil.copyfileobj(rows, merged)


async def _in_parallel(transfers: Iterator[Awaitable[None]]) -> None:
    """Await all transfers, a few at a time."""

    async def work() -> None:
        for transfer in transfers:
            await transfer

    workers = [asyncio.create_task(work()) for _worker in range(_TRANSFERS)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):  # gather raises the first failure
                await worker
