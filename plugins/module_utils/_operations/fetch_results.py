# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job_results``: find the results of a scoring job, download them, parse their rows."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Iterable, Iterator

from .._engine.argument_spec import ArgumentSpec
from .._errors import InvalidOption
from .._invocation import Result
from .._jobs.download import Download
from .._jobs.job import SCORE, Job, parse_job, parse_time
from .._jobs.output_location import OutputLocation, ResultFile, find_output
from .._jobs.rows import AUTO, FORMATS, PARSERS, Shape, duplicate, format_of, read_rows
from .._service.workspace import Workspace
from .._types.batch_job import ANY_JOB_NAME

DEFAULT_LIMIT = 1000
# What a decoder writes for bytes that are no text.
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# How much the clocks of storage and of the service may differ.
_CLOCKS_APART = datetime.timedelta(seconds=5)


class FetchResults:
    """Reads the results of one job that has ended; writes files below ``dest`` and nothing to the service."""

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                "name": {"type": "str", "required": True},
                "output": {"type": "str", "default": SCORE},
                "dest": {"type": "path"},
                "rows": {"type": "bool", "default": False},
                "limit": {"type": "int", "default": DEFAULT_LIMIT},
                "file": {"type": "str"},
                "format": {"type": "str", "choices": list(FORMATS), "default": AUTO},
                "separator": {"type": "str"},
                "header": {"type": "bool", "default": False},
                "columns": {"type": "list", "elements": "str"},
                "types": {"type": "dict"},
                "infer_types": {"type": "bool", "default": True},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        _check(options)
        download = Download.to(options["dest"]) if options["dest"] else None
        job = _ended_job(options["name"], workspace)
        location = find_output(job, options["output"], workspace)
        _warn_of_later_files(location, job, workspace.invocation.warn)
        shown: dict[str, t.Any] = {
            "name": job.name,
            "status": job.status,
            "output": options["output"],
            "location": location.place.uri,
            "files": [file.shown() for file in location.files],
        }
        if options["rows"]:
            file = _file_with_rows(location, job, options["file"])
            shown.update(_rows(location, file, options, workspace.invocation.warn))
        if download is None:
            return Result(False, {"batch_job_results": shown})
        shown.update(dest=str(download.path), manifest=str(download.manifest))
        missing = download.missing(location.files, location.place.uri)
        new = [file.name for file in missing]
        if not workspace.invocation.check_mode:
            new = download.fetch(location.container, missing, location.place.uri, job.name)
        after = {"dest": str(download.path), "files": new} if new else {}
        return Result(bool(new), {"batch_job_results": shown}, {}, after)


def _check(options: t.Mapping[str, t.Any]) -> None:
    """Raises InvalidOption."""
    ANY_JOB_NAME.check("name", options["name"], "job")
    if options["limit"] < 1:
        raise InvalidOption(f"limit: {options['limit']} is too small. Give at least 1.")
    separator = options["separator"]
    if separator is not None and (len(separator) != 1 or separator in '"\r\n\0'):
        raise InvalidOption("separator: exactly one character, and neither a quote nor the end of a line.")
    if options["header"] and options["columns"]:
        raise InvalidOption("columns: the header of the file names the columns. Give columns or header.")
    repeated = duplicate(options["columns"] or ())
    if repeated is not None:
        raise InvalidOption(f"columns: {repeated!r} is given twice. Give each column a name of its own.")
    unknown = [kind for kind in (options["types"] or {}).values() if kind not in tuple(PARSERS)]
    if unknown:
        raise InvalidOption(f"types: {unknown[0]!r} is none of {', '.join(PARSERS)}.")


def _ended_job(name: str, workspace: Workspace) -> Job:
    current = workspace.arm.get(workspace.path(f"jobs/{name}"))
    if current is None:
        raise InvalidOption(
            f"name: there is no job {name} in workspace {workspace.id.name}. "
            "Give the name that batch_job returns as batch_job.name."
        )
    job = parse_job(current)
    if not job.has_ended:
        raise InvalidOption(f"name: job {name} is {job.status}, and has results once it has ended. Wait for it first.")
    return job


def _file_with_rows(location: OutputLocation, job: Job, name: str | None) -> ResultFile:
    """The file that the task names, else the one that rows are appended to, else the only one."""
    files = {file.name: file for file in location.files}
    for candidate in (name,) if name else (job.file_name, *(files if len(files) == 1 else ())):
        if candidate in files:
            return files[candidate]
    raise InvalidOption(
        f"file: the output has {'no file ' + repr(name) if name else 'several files'}; "
        f"name one of: {', '.join(list(files)[:10])}."
    )


def _warn_of_later_files(location: OutputLocation, job: Job, warn: Callable[[str], None]) -> None:
    """Warn of a file that was written after the job had ended: another job with the same output may have written it."""
    ended = parse_time(job.ended)
    later = [file for file in location.files if ended and file.blob.written > ended + _CLOCKS_APART]
    if later:
        warn(
            f"{later[0].name} was written {later[0].blob.written:%Y-%m-%d %H:%M:%S}, after job {job.name} had ended: "
            "another job, as a later attempt of the same name, may have written it."
        )


def _rows(
    location: OutputLocation, file: ResultFile, options: t.Mapping[str, t.Any], warn: Callable[[str], None]
) -> dict[str, t.Any]:
    """At most ``limit`` rows of a file, and whether there are more. Service fact: batch contract 6.5 (no header)."""
    shape = Shape(
        format=format_of(file.name) if options["format"] == AUTO else options["format"],
        separator=options["separator"],
        header=options["header"],
        columns=options["columns"],
        types=options["types"] or {},
        infer=options["infer_types"],
    )
    lines = _warn_if_damaged(location.container.lines(file.blob.name), file.name, warn)
    rows, truncated = read_rows(lines, shape, options["limit"])
    return {"rows": rows, "truncated": truncated}


def _warn_if_damaged(lines: Iterable[str], name: str, warn: Callable[[str], None]) -> Iterator[str]:
    """The same lines, with a warning of the first one that lost bytes when it was decoded."""
    is_warned = False
    for number, line in enumerate(lines, start=1):
        if not is_warned and _REPLACEMENT in line:
            is_warned = True
            warn(
                f"rows: line {number} of {name} has replacement characters: it is not UTF-8, or its text was damaged "
                "before it was written. Have the scoring script write UTF-8, or download the file."
            )
        yield line
