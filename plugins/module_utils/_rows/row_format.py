# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The format of a file with rows: what the task chooses, and what was found in the file."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

AUTO, CSV, TSV, LINES, LITERAL, JSON_LINES, PARQUET = "auto", "csv", "tsv", "lines", "literal", "json_lines", "parquet"
FORMATS = (AUTO, CSV, TSV, LINES, LITERAL, JSON_LINES, PARQUET)
DELIMITED = (CSV, TSV)
# Whether quotes enclose values that hold separators, or are characters like all others.
MINIMAL, NONE = "minimal", "none"
QUOTES = (AUTO, MINIMAL, NONE)

Value = t.Any
Row = t.Any
Warn = Callable[[str], None]

_LONGEST_SHOWN = 200


@dataclass(frozen=True)
class RowOptions:
    """What a task says of a file; what it leaves out is found in the file.

    ``columns`` are names for values; with ``header`` the first line gives them. ``types`` are column -> type for the
    columns that the task decides; the others are inferred, unless ``infer`` is False.
    """

    format: str = AUTO
    separator: str | None = None
    quote: str = AUTO
    header: bool | None = None
    columns: Sequence[str] | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    infer: bool = True


@dataclass(frozen=True)
class RowFormat:
    """The format by which a file is read. ``separator`` and ``quote`` are those of a delimited file, else None."""

    format: str
    separator: str | None = None
    quote: str | None = None
    header: bool = False

    def shown(self) -> dict[str, t.Any]:
        """The format as results show it."""
        return {"format": self.format, "separator": self.separator, "quote": self.quote, "header": self.header}


def duplicate(names: Iterable[str]) -> str | None:
    """A name that occurs twice, None when all differ."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


def short(value: Value) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
