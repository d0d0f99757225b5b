"""The plan of a scoring run, and how it may end badly: the values that pass between the modules of the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

RUN_FAILED = (
    "User program failed with Exception: Run failed, "
    "please check logs for details. You can check logs/readme.txt for the layout of logs."
)
OUTPUT_EXISTS = "Output already exists"
NOTHING_SUCCEEDED = (
    "There is no succeeded mini batch item returned from run(). "
    "Please check 'response: run()' in https://aka.ms/batch-inference-documentation."
)


class RunFailed(Exception):
    """The scoring run ends as Failed; the message is what the service documents for the case, the rest explains it."""

    def __init__(self, message: str, explanation: str = "") -> None:
        super().__init__(message)
        self.explanation = explanation


@dataclass(frozen=True)
class Place:
    """A blob, or the blobs below a prefix: `path` has no slash at its ends; "" is the whole container."""

    container: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def child(self, name: str) -> Place:
        return Place(self.container, f"{self.path}/{name}" if self.path else name)


class Store(Protocol):
    """What the runtime asks of blob storage."""

    async def names(self, place: Place) -> list[str]:
        """Names below `place`, relative to it and sorted; `[""]` when `place` is itself a blob."""

    async def download(self, place: Place, target: Path) -> None:
        """Write the blob at `place` to the file `target`."""

    async def upload(self, source: Path, place: Place) -> None:
        """Write the file `source` to the blob at `place`, over an existing one."""


@dataclass(frozen=True)
class Plan:
    """One scoring run. Service fact: fields and defaults, batch contract 4.1; overrides by the call, 5.2."""

    run_id: str
    scoring_script: str
    code: Place
    model: Place | None
    inputs: Place
    output: Place
    logs: Place
    output_file_name: str = "predictions.csv"
    append_row: bool = True
    leaves_existing: bool = False
    """Whether rows are dropped when their file exists already; else the run fails."""
    mini_batch_size: int = 10
    instance_count: int = 1
    processes_per_instance: int = 1
    max_tries: int = 3
    timeout_seconds: float = 30.0
    error_threshold: int = -1
    logging_level: str = "INFO"
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    conda: str = ""
    init_timeout_seconds: float | None = None
    """How long a process may take until its `init()` has returned; None: any time."""
    observed: bool = False
    """Whether observations of the script (observer.py) are among the logs."""
    debugger: str = ""
    """The terminal device at which the first exception of a process is debugged; "" for none."""
    progress_logs: str = "report"
    """Which logs count items and mini batches, and in which form (an open question)."""


@dataclass
class Progress:
    """Counts of a run, for its progress overview."""

    mini_batches: int = 0
    done: int = 0
    failed: int = 0
    items: int = 0
    failed_items: int = 0
