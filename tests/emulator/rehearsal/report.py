"""The report of a rehearsal: findings, what the job would do, and its predictions."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Finding
from .outcome import Outcome
from .request import Request

_SHOWN = 10
"""Predictions and files of the output that are printed."""


def lines(request: Request, outcome: Outcome, found: list[Finding]) -> Iterator[str]:
    """The lines of the report; the first names the worst finding, if there is one."""
    yield from map(str, found)
    yield verdict(outcome)
    if outcome.failure is None:
        yield from _output(request, outcome)


def verdict(outcome: Outcome) -> str:
    """What the job would do, in one line."""
    if outcome.failure is not None:
        return f"The job would fail: {outcome.failure}"
    progress = outcome.progress
    counts = f"{_number(progress.items, 'item')} in {_number(progress.mini_batches, 'mini batch', 'mini batches')}"
    lost = f", {progress.failed_items} failed" if progress.failed_items else ""
    return f"The job would complete: {counts}{lost}."


def is_good(outcome: Outcome, found: list[Finding]) -> bool:
    """Whether the job would complete and lose nothing; warnings do not matter."""
    return outcome.failure is None and not outcome.progress.failed_items and not any(one.is_error for one in found)


def _output(request: Request, outcome: Outcome) -> Iterator[str]:
    where = f" in {request.output}" if request.output else ""
    if request.append_row:
        yield f"{request.output_file_name}{where}: {_number(len(outcome.rows), 'line')}"
        yield from _first(outcome.rows)
    others = [name for name in outcome.outputs if not request.append_row or name != request.output_file_name]
    if others or not request.append_row:
        yield f"files that the script wrote{where}: {len(others)}"
        yield from _first(others)


def _first(texts: list[str]) -> Iterator[str]:
    yield from (f"  {text}" for text in texts[:_SHOWN])
    if len(texts) > _SHOWN:
        yield f"  and {len(texts) - _SHOWN} more"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
