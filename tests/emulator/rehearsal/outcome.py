"""One run of a rehearsal: its counts, its failure, its predictions, and what was observed."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import site
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from ..runtime.executor import Executor
from ..runtime.logs import OBSERVATIONS, REPORT
from ..runtime.plan import Plan, Progress, RunFailed
from .live_output import LiveOutput
from .local_files import LocalFiles, Order
from .request import Request

_RUN_ID = "rehearsal"
_DAY = 86400.0
"""Time limit in seconds where somebody debugs."""


@dataclass
class Outcome:
    """`failure` is None for a run that completes; then `progress` has its counts."""

    progress: Progress = field(default_factory=Progress)
    failure: RunFailed | None = None
    observations: list[dict[str, Any]] = field(default_factory=list)
    """What the observer of each process wrote, each once."""
    failed_attempts: list[tuple[int, str]] = field(default_factory=list)
    """Mini batches whose attempt failed, and the errors."""
    outputs: list[str] = field(default_factory=list)
    """Names of the files of the output."""
    rows: list[str] = field(default_factory=list)


def by_name(names: list[str]) -> list[str]:
    """The order in which a job scores its files."""
    return names


def run(request: Request, stream: TextIO, mini_batch_size: int, order: Order = by_name) -> Outcome:
    """Score once as the request says. What the script prints goes to `stream`."""
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as made:
        folder = Path(made).resolve()
        outcome = asyncio.run(_run(request, stream, mini_batch_size, order, folder))
        _read_logs(outcome, folder / "logs")
        _read_output(outcome, folder / "output", request)
        return outcome


async def _run(request: Request, stream: TextIO, mini_batch_size: int, order: Order, folder: Path) -> Outcome:
    executor = Executor(
        LocalFiles(request.code, request.input, order), folder / "jobs", lambda: datetime.now(timezone.utc)
    )
    live = LiveOutput(folder / "jobs" / _RUN_ID / "logs", stream)
    async with live.shown(folder / "logs"):
        try:
            return Outcome(progress=await executor.run(_plan(request, mini_batch_size, folder)))
        except RunFailed as failed:
            return Outcome(failure=failed)


def _plan(request: Request, mini_batch_size: int, folder: Path) -> Plan:
    place = LocalFiles.place
    plan = Plan(
        run_id=_RUN_ID,
        scoring_script=request.script,
        code=place(request.code),
        model=place(request.model) if request.model else None,
        inputs=place(request.input),
        output=place(folder / "output"),
        logs=place(folder / "logs"),
        output_file_name=request.output_file_name,
        append_row=request.append_row,
        mini_batch_size=mini_batch_size,
        processes_per_instance=request.processes,
        max_tries=request.max_tries,
        timeout_seconds=request.timeout_seconds,
        init_timeout_seconds=request.init_timeout_seconds,
        error_threshold=request.error_threshold,
        logging_level=request.logging_level,
        environment={"PYTHONUSERBASE": site.getuserbase(), **request.environment},
        observed=True,
    )
    if request.terminal:
        return replace(
            plan,
            debugger=request.terminal,
            processes_per_instance=1,
            max_tries=1,
            timeout_seconds=_DAY,
            init_timeout_seconds=_DAY,
        )
    return plan


def _read_logs(outcome: Outcome, logs: Path) -> None:
    for file in sorted((logs / OBSERVATIONS).glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            observation = json.loads(line)
            if observation not in outcome.observations:
                outcome.observations.append(observation)
    if (logs / REPORT).exists():
        with (logs / REPORT).open(encoding="utf-8", newline="") as report:
            attempts = list(csv.DictReader(report))
        outcome.failed_attempts = [(int(row["Task Id"]), row["Error"]) for row in attempts if row["Error"]]


def _read_output(outcome: Outcome, output: Path, request: Request) -> None:
    """Read the rows; copy the files to the folder of the request."""
    files = sorted(file for file in output.rglob("*") if file.is_file()) if output.exists() else []
    outcome.outputs = [file.relative_to(output).as_posix() for file in files]
    predictions = output / request.output_file_name
    if request.append_row and predictions.is_file():
        outcome.rows = predictions.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    if request.output is not None:
        for file, name in zip(files, outcome.outputs):
            target = request.output / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
