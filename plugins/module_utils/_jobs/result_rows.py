# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rows of a file that a job left: which file it is, and how the task says that it is read."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from .._errors import InvalidOption
from .._rows import read
from .._rows.column_types import PARSERS
from .._rows.row_format import AUTO, FORMATS, QUOTES, Row, RowOptions, Warn, duplicate
from .job import SCORE, Job
from .output_location import OutputLocation, ResultFile


def row_arguments() -> dict[str, t.Any]:
    """The options that say how a file is read."""
    return {
        "format": {"type": "str", "choices": list(FORMATS), "default": AUTO},
        "separator": {"type": "str"},
        "quote": {"type": "str", "choices": list(QUOTES), "default": AUTO},
        "header": {"type": "bool"},
        "columns": {"type": "list", "elements": "str"},
        "types": {"type": "dict"},
        "infer_types": {"type": "bool", "default": True},
    }


def file_arguments() -> dict[str, t.Any]:
    """The options that choose the file of a job."""
    return {"output": {"type": "str", "default": SCORE}, "file": {"type": "str"}}


def without_defaults(arguments: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The same options for another file, whose defaults are the values that the task gives for the first one."""
    return {
        name: {word: value for word, value in about.items() if word != "default"} for name, about in arguments.items()
    }


def row_options(options: Mapping[str, t.Any]) -> RowOptions:
    """How a task says that a file is read. Raises InvalidOption for what no file can be read by."""
    _check(options)
    return RowOptions(
        format=options["format"],
        separator=options["separator"],
        quote=options["quote"],
        header=options["header"],
        columns=options["columns"],
        types=options["types"] or {},
        infer=options["infer_types"],
    )


def file_with_rows(location: OutputLocation, job: Job, name: str | None) -> ResultFile:
    """The file that the task names, else the one that rows are appended to, else the only one.

    Raises InvalidOption if that is none.
    """
    files = {file.name: file for file in location.files}
    for candidate in (name,) if name else (job.file_name, *(files if len(files) == 1 else ())):
        if candidate in files:
            return files[candidate]
    raise InvalidOption(
        f"file: the output has {'no file ' + repr(name) if name else 'several files'}; "
        f"name one of: {', '.join(list(files)[:10])}."
    )


def rows_of(location: OutputLocation, file: ResultFile, job: Job, chosen: RowOptions, warn: Warn) -> Iterator[Row]:
    """The rows of a file one by one, in bounded memory. Raises InvalidOption as ``read.rows`` does."""
    chunks = location.container.chunks(file.blob.name)
    return read.rows(chunks, chosen, name=file.name, is_appended=file.name == job.file_name, warn=warn)


def _check(options: Mapping[str, t.Any]) -> None:
    """Raises InvalidOption."""
    separator = options["separator"]
    if separator is not None and (len(separator.removesuffix(" ") or " ") != 1 or separator[:1] in '"\r\n\0'):
        raise InvalidOption(
            f"separator: {separator!r} is no separator. Give one character, or one and a blank, and neither a quote "
            "nor the end of a line."
        )
    if options["header"] and options["columns"]:
        raise InvalidOption("columns: the header of the file names the columns. Give columns or header.")
    repeated = duplicate(options["columns"] or ())
    if repeated is not None:
        raise InvalidOption(f"columns: {repeated!r} is given twice. Give each column a name of its own.")
    unknown = [kind for kind in (options["types"] or {}).values() if kind not in tuple(PARSERS)]
    if unknown:
        raise InvalidOption(f"types: {unknown[0]!r} is none of {', '.join(PARSERS)}.")
