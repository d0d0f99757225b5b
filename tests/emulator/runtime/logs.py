"""The log files of a scoring run, laid out as in the service's "Outputs + logs".

Service fact: batch contract 6.2 names `logs/user/error.txt` and `logs/job_progress_overview.txt`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

DRIVER = "azureml-logs/70_driver_log.txt"
PROGRESS = "logs/job_progress_overview.txt"
ERRORS = "logs/user/error.txt"
_README = """\
azureml-logs/70_driver_log.txt             what the run was told, and packages that are missing
logs/job_progress_overview.txt             mini batches and items so far, and the result
logs/user/error.txt                        summary of the errors in the entry script
logs/user/error/<node>/processNNN.txt      full tracebacks
logs/user/stdout/<node>/processNNN.stdout.txt, logs/user/stderr/<node>/processNNN.stderr.txt
"""


class Logs:
    """Log files below one folder."""

    def __init__(self, folder: Path, processes_per_instance: int, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._per_instance = processes_per_instance
        self._now = now
        self._append("logs/readme.txt", _README)

    def driver(self, line: str) -> None:
        """Add to the log of the program that drives the run."""
        self._append(DRIVER, f"{self._stamp()} {line}\n")

    def progress(self, line: str) -> None:
        """Add to the progress overview."""
        self._append(PROGRESS, f"{self._stamp()} {line}\n")

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

    def _stamp(self) -> str:
        return f"{self._now():%Y-%m-%d %H:%M:%S}"

    def _append(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(text)
