# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The verb that brings the results of a scoring job home: finds where they are, downloads them, reads their rows."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Iterable, Iterator

from .._errors import InvalidOption
from .._invocation import Invocation, Result, Spec
from .._jobs.download import Download
from .._jobs.job import SCORE, Job, read_job, read_moment
from .._jobs.output_location import OutputLocation, ResultFile, find_output
from .._jobs.rows import AUTO, FORMATS, READERS, Shape, format_of, read_rows, twin
from .._service.workspace import Workspace
from .._types.batch_job import ANY_JOB_NAME

DEFAULT_LIMIT = 1000
# What a decoder leaves of bytes that are no text.
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# The clocks of storage and of the jobs are two.
_CLOCKS = datetime.timedelta(seconds=5)


class FetchResults:
    """Reads the results of one finished job; changes files below ``dest`` and nothing in the cloud."""

    def spec(self) -> Spec:
        return Spec(
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

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        options = invocation.options
        _check(options)
        folder = Download(options["dest"]) if options["dest"] else None
        job = _finished(options["name"], workspace)
        found = find_output(job, options["output"], workspace)
        _warn_of_later_files(found, job, invocation.warn)
        shown: dict[str, t.Any] = {
            "name": job.name,
            "status": job.status,
            "output": options["output"],
            "location": found.place.uri,
            "files": [file.shown() for file in found.files],
        }
        if options["rows"]:
            file = _file_with_rows(found, job, options["file"])
            shown.update(_rows(found, file, options, invocation.warn))
        if folder is None:
            return Result(False, {"batch_job_results": shown})
        shown.update(dest=str(folder.path), manifest=str(folder.manifest))
        todo = folder.missing(found.files, found.place.uri)
        new = [file.name for file in todo]
        if not invocation.check_mode:
            new = folder.fetch(found.container, todo, found.place.uri, job.name)
        after = {"dest": str(folder.path), "files": new} if new else {}
        return Result(bool(new), {"batch_job_results": shown}, {}, after)


def _check(options: t.Mapping[str, t.Any]) -> None:
    ANY_JOB_NAME.check("name", options["name"], "job")
    if options["limit"] < 1:
        raise InvalidOption("limit: at least one row.")
    separator = options["separator"]
    if separator is not None and (len(separator) != 1 or separator in '"\r\n\0'):
        raise InvalidOption("separator: exactly one character, and neither a quote nor one that ends a line.")
    if options["header"] and options["columns"]:
        raise InvalidOption("columns: the header of the file names the columns. Give columns or header.")
    double = twin(options["columns"] or ())
    if double is not None:
        raise InvalidOption(f"columns: {double!r} is there twice. Give each column a name of its own.")
    unknown = [kind for kind in (options["types"] or {}).values() if kind not in tuple(READERS)]
    if unknown:
        raise InvalidOption(f"types: {unknown[0]!r} is none of {', '.join(READERS)}.")


def _finished(name: str, workspace: Workspace) -> Job:
    current = workspace.arm.get(workspace.path(f"jobs/{name}"))
    if current is None:
        raise InvalidOption(
            f"name: there is no job {name} in workspace {workspace.id.name}. "
            "It is the name that batch_job returns as batch_job.name."
        )
    job = read_job(current)
    if not job.has_ended:
        raise InvalidOption(f"name: job {name} is {job.status}, and has results when it has ended. Wait for it first.")
    return job


def _file_with_rows(found: OutputLocation, job: Job, desired: str | None) -> ResultFile:
    """The file the task names, else the one that rows are appended to, else the only one."""
    names = {file.name: file for file in found.files}
    for name in (desired,) if desired else (job.file_name, *(names if len(names) == 1 else ())):
        if name in names:
            return names[name]
    raise InvalidOption(
        f"file: the output has {'no file ' + repr(desired) if desired else 'several files'}; "
        f"name one of: {', '.join(list(names)[:10])}."
    )


def _warn_of_later_files(found: OutputLocation, job: Job, warn: Callable[[str], None]) -> None:
    """A file that was written after the job had ended may be that of another job with the same place."""
    ended = read_moment(job.ended)
    later = [file for file in found.files if ended and file.blob.written > ended + _CLOCKS]
    if later:
        warn(
            f"{later[0].name} was written {later[0].blob.written:%Y-%m-%d %H:%M:%S}, after job {job.name} had ended: "
            "another job, as a later try of the same name, may have written it."
        )


def _rows(
    found: OutputLocation, file: ResultFile, options: t.Mapping[str, t.Any], warn: Callable[[str], None]
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
    lines = _readable(found.container.lines(file.blob.name), file.name, warn)
    rows, truncated = read_rows(lines, shape, options["limit"])
    return {"rows": rows, "truncated": truncated}


def _readable(lines: Iterable[str], name: str, warn: Callable[[str], None]) -> Iterator[str]:
    """The same lines; the first that was damaged when it was decoded is warned of."""
    is_warned = False
    for number, line in enumerate(lines, start=1):
        if not is_warned and _REPLACEMENT in line:
            is_warned = True
            warn(
                f"rows: line {number} of {name} has replacement characters: it is not UTF-8, or was not where its text "
                "comes from. Have the scoring script write UTF-8, or download the file."
            )
        yield line
