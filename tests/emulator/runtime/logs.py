"""The log files of a scoring run, laid out as in the service's "Outputs + logs".

Service fact: batch contract 6.2 names `logs/user/error.txt` and `logs/job_progress_overview.txt`. Their lines are not
recorded; those written here have the form of public logs: what is scheduled and "No task has been processed yet."
(github.com/Azure/MachineLearningNotebooks issue 1429), "Processed 4117 of 20000 mini batches in 5:02:14. Estimated
remaining time 19:25:59." (github.com/Azure/azure-sdk-for-python issue 30421), the table of attempts
(github.com/Azure/MachineLearningNotebooks issue 957) under the name that Microsoft's tuning guide gives it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

DRIVER = "azureml-logs/70_driver_log.txt"
PROGRESS = "logs/job_progress_overview.txt"
ERRORS = "logs/user/error.txt"
REPORT = "logs/sys/job_report/processed_mini-batches.csv"
OBSERVATIONS = "observations"
_COLUMNS = (
    "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,Status,"
    "Error\n"
)
_README = """\
azureml-logs/70_driver_log.txt             arguments of the run, and missing packages
logs/job_progress_overview.txt             mini batches and items so far, and the result
logs/sys/job_report/processed_mini-batches.csv  each attempt of a mini batch
logs/user/error.txt                        summary of the errors in the entry script
logs/user/error/<node>/processNNN.txt      full tracebacks
logs/user/stdout/<node>/processNNN.stdout.txt, logs/user/stderr/<node>/processNNN.stderr.txt
"""


class Logs:
    """Log files below one folder."""

    def __init__(
        self, folder: Path, processes_per_instance: int, now: Callable[[], datetime], counted_in: str = "report"
    ) -> None:
        """`counted_in` is an answer to the open question on these logs (switch `progress_logs`)."""
        self.folder = folder
        self._counted_in = counted_in
        self._per_instance = processes_per_instance
        self._now = now
        self._append("logs/readme.txt", _README)

    def driver(self, line: str) -> None:
        """Add to the log of the program that drives the run."""
        self._append(DRIVER, f"{self._stamp()} {line}\n")

    def progress(self, line: str) -> None:
        """Add to the progress overview."""
        if self._counted_in == "none":
            return
        name = PROGRESS
        if self._counted_in == "rotated":  # a file for each minute
            name = f"{PROGRESS.removesuffix('.txt')}.{self._now():%Y%m%d%H%M}.txt"
        self._append(name, f"{self._now().isoformat()} {line}\n")

    def scheduled(self, mini_batches: int, items: int) -> None:
        """Write what there is to do."""
        if self._counted_in == "unknown":
            self.progress(f"Work queue opened ({mini_batches}/{items}).")
            return
        self.progress(
            f"Scheduling finished. Scheduled {mini_batches} mini batches in 0 seconds. "
            f"There are {mini_batches} tasks with {items} items."
        )
        self.progress("No task has been processed yet.")

    def processed(self, done: int, mini_batches: int, elapsed: timedelta) -> None:
        """Write how many mini batches have ended, after `elapsed`."""
        if self._counted_in == "unknown":
            self.progress(f"Status update {done}.")
            return
        left = elapsed / done * (mini_batches - done)
        spent, left = (timedelta(seconds=round(time.total_seconds())) for time in (elapsed, left))
        self.progress(f"Processed {done} of {mini_batches} mini batches in {spent}. Estimated remaining time {left}.")

    def attempt(self, mini_batch: int, number: int, total: int, succeeded: int, error: str = "") -> None:
        """Add an attempt of a mini batch to the report; `total` and `succeeded` are numbers of items."""
        if self._counted_in in ("overview", "none", "unknown"):
            return
        if not (self.folder / REPORT).exists():
            self._append(REPORT, _COLUMNS)
        row = io.StringIO()
        state = "FAILED" if error else "DONE"
        counts = (total, min(succeeded, total), max(0, total - succeeded))
        csv.writer(row).writerow((mini_batch, number, self._now().isoformat(), *counts, 0, 0, 0, state, error))
        self._append(REPORT, row.getvalue())

    def error(self, process: int, summary: str, traceback: str) -> None:
        """Note what went wrong in the script: one line in the summary, the traceback in the process's own file."""
        node, name = self.process(process)
        self._append(ERRORS, f"{self._stamp()} {node} {name}: {summary}\n")
        self._append(f"logs/user/error/{node}/{name}.txt", f"{self._stamp()} {summary}\n{traceback}\n")

    def process(self, number: int) -> tuple[str, str]:
        """Node and name of a scoring process, as in the names of its log files."""
        return f"10.0.0.{4 + number // self._per_instance}", f"process{number % self._per_instance:03d}"

    def output(self, process: int, stream: str) -> Path:
        """Where a scoring process prints to; `stream` is "stdout" or "stderr"."""
        node, name = self.process(process)
        return self.folder / "logs" / "user" / stream / node / f"{name}.{stream}.txt"

    def observations(self, process: int) -> Path:
        """Where the observations of a scoring process are written (observer.py)."""
        return self.folder / OBSERVATIONS / f"{process}.jsonl"

    def _stamp(self) -> str:
        return f"{self._now():%Y-%m-%d %H:%M:%S}"

    def _append(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(text)
