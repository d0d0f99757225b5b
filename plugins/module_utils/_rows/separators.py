# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Separator and quoting of a delimited file, found in its first lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import delimited
from .column_types import is_typed
from .row_format import AUTO, LINES, MINIMAL, NONE, Warn
from .text_lines import WINDOWS_END

# The surest first: a tab is hardly ever part of a value.
_SEPARATORS = ("\t", ", ", ",", "; ", ";", "|", " ")
_BLANK = " "
_EXACT, _LIKELY = 2, 1


@dataclass(frozen=True)
class Sample:
    """The first lines of a file, whether they are all of it, and how the file ends its lines."""

    lines: Sequence[str]
    is_whole: bool
    end: str


@dataclass(frozen=True)
class Delimited:
    """A way to split a file. ``doubt`` says why its quotes may mean something else, or is empty."""

    separator: str
    quote: str
    rows: list[list[str]]
    certainty: int
    doubt: str

    @property
    def width(self) -> int | None:
        """How many values all rows have, None if they differ."""
        widths = {len(row) for row in self.rows}
        return widths.pop() if len(widths) == 1 else None

    @property
    def typed(self) -> int:
        """How many columns hold more than texts, with or without the first line: it may be a header."""
        return max(sum(map(is_typed, zip(*rows))) for rows in (self.rows, self.rows[1:]))


def split(sample: Sample, separator: str, quote: str) -> Delimited:
    """The rows between separators that are known, with the quoting that the task chose or the lines show."""
    if quote == AUTO:
        return _quoting_found(sample, separator)
    rows = _parse(sample, separator, quote)
    return Delimited(separator, quote, rows or [], _LIKELY, "")


def find(sample: Sample, quote: str, columns: Sequence[str] | None, warn: Warn) -> Delimited | None:
    """The best way to split the file so that all rows have the same number of values; None if there is none.

    ``columns`` count if one of the ways has as many. Warns of other ways that are as good.
    """
    found = list(_candidates(sample, quote))
    if columns:
        found = [way for way in found if way.width == len(columns)] or found
    if not found:
        return None
    best = max(found, key=_rank)
    rivals = [way for way in found if way is not best and _is_rival(way, best)]
    if rivals:
        names = ", ".join(repr(way.separator) for way in rivals)
        warn(
            f"rows: the separator is ambiguous: {best.separator!r} was taken, and {names} would do as well. "
            "Set separator."
        )
    elif best.separator == _BLANK and not columns and best.typed == 0 and not _has_quoted_values(sample, best):
        # A data frame of texts looks like a list of texts with as many words each.
        warn(
            f"rows: the lines were split at blanks; they may as well be texts. Set format={LINES} for texts, or "
            "separator (or columns) if they are rows of a data frame."
        )
    if best.doubt:
        warn(best.doubt)
    return best


def usual_width(sample: Sample) -> tuple[str, int] | None:
    """The separator that splits most lines, but not all, into the same number of values; None if none does."""
    for separator in (",", "\t", ";", "|"):
        counts = [line.count(separator) for line in sample.lines if line.strip()]
        usual = max(set(counts), key=counts.count, default=0)
        if usual and counts.count(usual) * 2 > len(counts):
            return separator, usual + 1
    return None


def _rank(way: Delimited) -> tuple[int, int]:
    return way.certainty, way.typed


def _has_quoted_values(sample: Sample, way: Delimited) -> bool:
    """Whether quotes enclose values, all of which need them: only data frames are written so."""
    return way.quote == MINIMAL and any('"' in line for line in sample.lines)


def _is_rival(way: Delimited, best: Delimited) -> bool:
    """Whether another way would do as well; blanks that are no better are usual inside of values."""
    return _rank(way) == _rank(best) or (
        way.certainty == best.certainty and _BLANK not in (way.separator, best.separator)
    )


def _candidates(sample: Sample, quote: str) -> Iterator[Delimited]:
    text = "".join(sample.lines)
    covered: set[str] = set()
    for separator in _SEPARATORS:
        if separator[0] not in text or separator in covered:
            continue
        if len(separator) > 1 and text.count(separator) != text.count(separator[0]):
            continue
        way = split(sample, separator, quote)
        # One column of texts with blanks is quoted by data frames.
        is_one_column = separator == _BLANK and way.width == 1 and way.certainty == _EXACT and '"' in text
        if way.width is None or (way.width < 2 and not is_one_column):
            continue
        if len(separator) > 1:
            covered.add(separator[0])
            covered |= {_BLANK} if text.count(_BLANK) == text.count(separator) else set()
        yield way


def _quoting_found(sample: Sample, separator: str) -> Delimited:
    text = "".join(sample.lines)
    rows = _parse(sample, separator, MINIMAL)
    if '"' not in text:
        quote = NONE if rows is None or (sample.end != WINDOWS_END and WINDOWS_END in text) else MINIMAL
        return Delimited(separator, quote, _parse(sample, separator, quote) or [], _EXACT, "")
    lines = _complete(sample, separator)
    if rows is not None and len(separator) == 1 and delimited.is_as_written(lines, rows, separator, sample.end):
        doubt = _one_column_doubt() if separator == _BLANK and {len(row) for row in rows} == {1} else ""
        return Delimited(separator, MINIMAL, rows, _EXACT, doubt)
    # Data frames, which are written with blanks, have no quotes that are not needed.
    if rows is not None and separator != _BLANK and delimited.is_enclosed(lines, separator):
        return Delimited(separator, MINIMAL, rows, _LIKELY, _needless_doubt())
    rows = _parse(sample, separator, NONE) or []
    begins = any(value.startswith('"') for row in rows for value in row)
    return Delimited(separator, NONE, rows, _LIKELY, _content_doubt() if begins else "")


def _one_column_doubt() -> str:
    return (
        "rows: the lines were read as a data frame of one column, whose quotes enclose texts with blanks. "
        f"Set format={LINES} if the quotes are part of the texts."
    )


def _needless_doubt() -> str:
    return (
        "rows: quotes were taken to enclose values, and some would not be needed for that. "
        f"Set quote={NONE} if they are part of the values."
    )


def _content_doubt() -> str:
    return (
        "rows: values begin with quotes that enclose no value, never close or span lines; they were taken as part of "
        f"the values. Set quote={NONE} to say so, or quote={MINIMAL} if they enclose values."
    )


def _parse(sample: Sample, separator: str, quote: str) -> list[list[str]] | None:
    rows = delimited.parse(sample.lines, separator, quote, sample.end)
    if rows is None and not sample.is_whole:
        rows = delimited.parse(_before_last_quote(sample.lines), separator, quote, sample.end)
    return rows


def _complete(sample: Sample, separator: str) -> Sequence[str]:
    """The lines without a value at the end that goes on after the sample."""
    if sample.is_whole or delimited.parse(sample.lines, separator, MINIMAL, sample.end) is not None:
        return sample.lines
    return _before_last_quote(sample.lines)


def _before_last_quote(lines: Sequence[str]) -> Sequence[str]:
    last = max((at for at, line in enumerate(lines) if '"' in line), default=len(lines))
    return lines[:last]
