"""Scores in other orders and other mini batches: predictions of a batch job may depend on neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

from .findings import Finding
from .outcome import Outcome, run
from .request import Request

Rows = dict[frozenset[str], Counter[str]]
"""By the files of a mini batch, its rows; by all files together if there is not a row for each."""


def compared(request: Request, first: Outcome, files: list[str]) -> Iterator[Finding]:
    """Warnings of what `first` and further runs differ in. Each runs in one process, and shows nothing."""
    if first.failure is not None:
        return
    if not request.append_row:
        yield Finding(False, "--thorough compares nothing with summary_only: there are no rows. Use append_row.")
        return
    if len(files) < 2:
        yield Finding(False, "--thorough compares nothing: there is one file only. Give it two or more.")
        return
    yield from _differences(_Runs(request, files), first)


class _Runs:
    """Further runs of a request, with mini batches of which there are two at least."""

    def __init__(self, request: Request, files: list[str]) -> None:
        self._request = replace(request, processes=1, output=None)
        self._size = min(request.mini_batch_size, len(files) // 2)
        self._batches = [files[start : start + self._size] for start in range(0, len(files), self._size)]

    def plain(self) -> Rows:
        """In the order of a job."""
        return self._rows(self._batches)

    def with_batches_reversed(self) -> Rows:
        """The last mini batch first; one that is not full stays the last: ahead, it would change the others."""
        full = [batch for batch in self._batches if len(batch) == self._size]
        return self._rows([*reversed(full), *self._batches[len(full) :]])

    def with_files_reversed(self) -> Rows:
        """Each mini batch with its files the other way round."""
        return self._rows([batch[::-1] for batch in self._batches])

    def with_single_files(self) -> Outcome:
        """Each file in a mini batch of its own."""
        return run(self._request, StringIO(), 1)

    def _rows(self, batches: list[list[str]]) -> Rows:
        ordered = [file for batch in batches for file in batch]
        rows = run(self._request, StringIO(), self._size, lambda _names: ordered).rows
        if len(rows) != len(ordered):
            return {frozenset(ordered): Counter(rows)}
        starts = range(0, len(ordered), self._size)
        return {
            frozenset(ordered[start : start + self._size]): Counter(rows[start : start + self._size])
            for start in starts
        }


def _differences(runs: _Runs, first: Outcome) -> Iterator[Finding]:
    rows = runs.plain()
    if runs.plain() != rows:
        yield Finding(
            False, "predictions differ from run to run: nothing else can be compared. Set the seeds of random numbers."
        )
        return
    state = runs.with_batches_reversed() != rows
    order = runs.with_files_reversed() != rows
    if state:
        yield Finding(
            False,
            "predictions depend on earlier mini batches: the script leaves global state between them, and a cluster "
            "scores them in any order and process. Keep in global variables only what init() loads.",
        )
    if order:
        yield Finding(
            False,
            "predictions depend on the order of files in a mini batch: a cluster may list them otherwise. "
            "Score each file by itself, or sort what is returned.",
        )
    if not state and not order and _depends_on_cut(runs, sum(rows.values(), Counter()), first):
        yield Finding(
            False,
            "predictions depend on which files share a mini batch: another mini_batch_size changes them. "
            "Score each file by itself.",
        )


def _depends_on_cut(runs: _Runs, rows: Counter[str], first: Outcome) -> bool:
    return rows != Counter(first.rows) or rows != Counter(runs.with_single_files().rows)
