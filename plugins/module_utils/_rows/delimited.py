# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Values between separators: csv, tsv and files with any other separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from .._errors import InvalidOption
from .row_format import MINIMAL, NONE, Warn
from .text_lines import WINDOWS_END, without_end

# In characters, each of which costs the csv library four bytes or more: a task stays below 80 MB.
_LONGEST_VALUE = 2 << 20


def records(
    lines: Iterable[str], separator: str, quote: str, end: str, warn: Warn, warn_of_span: Warn | None = None
) -> Iterator[list[str]]:
    """The rows as texts; a blank line is no row.

    ``separator`` is one character, or one and a blank, and ``end`` what ends the lines of the file. ``warn_of_span`` is
    called for the first value that spans lines, in place of ``warn``. Raises InvalidOption for quotes that enclose no
    value: nothing is altered silently.
    """
    if quote == NONE:
        return _unquoted(lines, separator, end, warn)
    kept = lines if end == WINDOWS_END else _warned_of_returns(lines, warn)
    return _quoted(kept, separator, warn, warn_of_span or warn)


def parse(lines: Sequence[str], separator: str, quote: str, end: str) -> list[list[str]] | None:
    """All rows of a few lines, None if they are not of this form."""
    try:
        return list(records(lines, separator, quote, end, lambda _message: None))
    except InvalidOption:
        return None


def is_as_written(lines: Sequence[str], rows: list[list[str]], separator: str, end: str) -> bool:
    """Whether the csv library writes these rows as these lines: then quotes enclose what has to be enclosed."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator[0], lineterminator=end)
    writer.writerows(rows)
    written = stream.getvalue()
    text = "".join(line for line in lines if line.strip("\r\n"))
    return written.removesuffix(end) == text.removesuffix(end)


def is_enclosed(lines: Sequence[str], separator: str) -> bool:
    """Whether each quote encloses a value or is doubled inside of one, be it needed or not."""
    at, text = 0, "".join(lines)
    mark = re.escape(separator)
    value = re.compile(rf'(?:"(?:[^"]|"")*"|[^"{re.escape(separator[0])}\r\n]*)(?:{mark}|\r?\n|\Z)')
    while at < len(text):
        found = value.match(text, at)
        if found is None or found.end() == at:
            return False
        at = found.end()
    return True


def _unquoted(lines: Iterable[str], separator: str, end: str, warn: Warn) -> Iterator[list[str]]:
    warned = False
    for number, line in enumerate(lines, start=1):
        text = without_end(line, end)
        if text:
            yield text.split(separator)
        elif not warned:
            warned = True
            _warn_of_blank(number, warn)


def _quoted(lines: Iterable[str], separator: str, warn: Warn, warn_of_span: Warn) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator[0], strict=True, skipinitialspace=len(separator) > 1)
    before, warned_of_blank, warned_of_span = 0, False, False
    while (record := _next(reader)) is not None:
        last = reader.line_num
        if record and last == before + 1:
            before = last
            yield record
            continue
        if not record and not warned_of_blank:
            warned_of_blank = True
            _warn_of_blank(last, warn)
        if last > before + 1 and not warned_of_span:
            warned_of_span = True
            warn_of_span(
                f"rows: a quoted value spans the lines {before + 1} to {last}. "
                f"Set quote={NONE} if quotes are part of the values, or quote={MINIMAL} to read without this warning."
            )
        before = last
        if record:
            yield record


def _warned_of_returns(lines: Iterable[str], warn: Warn) -> Iterator[str]:
    """The same lines. The csv library takes a carriage return at the end of a line as part of the end."""
    warned = False
    for number, line in enumerate(lines, start=1):
        if not warned and line.endswith(WINDOWS_END):
            warned = True
            warn(
                f"rows: line {number} ends with a carriage return, which was not returned and which the service does "
                f"not write. Set quote={NONE} if it is part of the value."
            )
        yield line


def _next(reader: csv._reader) -> list[str] | None:  # type: ignore[name-defined] # its name in the stubs
    """The next record. The library's limit is one for the process, and below the texts that models write."""
    limit = csv.field_size_limit(_LONGEST_VALUE)
    try:
        return next(reader, None)
    except csv.Error as error:
        raise InvalidOption(
            f"rows: quotes or line ends do not enclose values at line {reader.line_num} ({error}). "
            f"Set quote={NONE} if quotes are characters of the values, or correct format, separator or file."
        ) from None
    finally:
        csv.field_size_limit(limit)


def _warn_of_blank(number: int, warn: Warn) -> None:
    warn(f"rows: line {number} is blank, and blank lines are no rows. With format=lines they are empty texts.")
