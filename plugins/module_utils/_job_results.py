# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The verb that brings the results of a scoring job home: finds where they are, downloads them, reads their rows."""

from __future__ import annotations

import csv
import typing as t
from dataclasses import dataclass

from ._blobs import open_datastore
from ._container import Container
from ._datastore_path import DatastorePath, read_datastore_path
from ._errors import AzureMLError, InvalidOption
from ._invocation import Invocation, Result, Spec
from ._job_record import COMPLETED, SCORE, Job, read_job
from ._result_files import ResultFile, Target, list_files
from ._run_history import SCORING_RUN
from ._workspace import Workspace

DEFAULT_LIMIT = 1000


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
                "columns": {"type": "list", "elements": "str"},
                "separator": {"type": "str", "default": ","},
            }
        )

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        options = invocation.options
        _check(options)
        target = Target(options["dest"]) if options["dest"] else None
        job = _finished(options["name"], workspace)
        found = _find(job, options["output"], workspace)
        shown: dict[str, t.Any] = {
            "name": job.name,
            "status": job.status,
            "output": options["output"],
            "location": found.place.uri,
            "files": [file.shown() for file in found.files],
        }
        if options["rows"]:
            shown.update(_rows(found, _file_with_rows(found, job, options["file"]), options))
        if target is None:
            return Result(False, {"batch_job_results": shown})
        shown["dest"] = str(target.folder)
        new = [file.name for file in target.missing(found.files)]
        if not invocation.check_mode:
            new = target.fetch(found.container, (file for file in found.files if file.name in set(new)))
        after = {"dest": str(target.folder), "files": new} if new else {}
        return Result(bool(new), {"batch_job_results": shown}, {}, after)


@dataclass(frozen=True)
class _Found:
    place: DatastorePath
    container: Container
    files: list[ResultFile]


def _check(options: t.Mapping[str, t.Any]) -> None:
    if options["limit"] < 1:
        raise InvalidOption("limit: at least one row.")
    if len(options["separator"]) != 1:
        raise InvalidOption("separator: exactly one character.")


def _finished(name: str, workspace: Workspace) -> Job:
    standing = workspace.management.get(workspace.path(f"jobs/{name}"))
    if standing is None:
        raise InvalidOption(
            f"name: there is no job {name} in workspace {workspace.id.name}. "
            "It is the name that batch_job returns as batch_job.name."
        )
    job = read_job(standing)
    if not job.has_ended:
        raise InvalidOption(f"name: job {name} is {job.status}, and has results when it has ended. Wait for it first.")
    return job


def _find(job: Job, output: str, workspace: Workspace) -> _Found:
    """The first place that holds files. Raises AzureMLError when none does."""
    looked_at = []
    for place in _places(job, output, workspace):
        store = open_datastore(workspace, place.datastore or None, "output")
        place = DatastorePath(store.name, place.path)
        files = list_files(store.container, place.path)
        if files:
            return _Found(place, store.container, files)
        looked_at.append(place.uri)
    ended = "" if job.status in COMPLETED else f" The job is {job.status}."
    raise AzureMLError(
        f"Job {job.name} left no file of its output {output!r}; looked at {', '.join(looked_at) or 'no place'}.{ended} "
        "Correct output, or see the job in the studio."
    )


def _places(job: Job, output: str, workspace: Workspace) -> t.Iterator[DatastorePath]:
    """Where the output can be, the surest first; an empty datastore means the default one.

    Service fact: batch contract 6.5 (the place the call named; else the folder of the run inside the job).
    """
    named = read_datastore_path(job.outputs.get(output, ""))
    if named is not None:
        if named.workspace not in (None, _home(workspace)):
            raise InvalidOption(
                f"output: {job.outputs[output]} is in another workspace. Run this task against that one."
            )
        yield named
        return
    runs = workspace.run_history.children(job.name)
    for run in sorted(runs, key=lambda run: run.name != SCORING_RUN):
        recorded = workspace.run_history.output_paths(run.id).get(output)
        if recorded is not None:
            yield DatastorePath(*recorded)
        yield DatastorePath("", f"azureml/{run.id}/{output}")
        yield DatastorePath("", f"dataset/{run.id}/{output}")
    yield DatastorePath("", f"azureml/{job.name}/{output}")


def _home(workspace: Workspace) -> tuple[str, str, str]:
    return (
        workspace.id.subscription_id.lower(),
        workspace.id.resource_group.lower(),
        workspace.id.name.lower(),
    )


def _file_with_rows(found: _Found, job: Job, wanted: str | None) -> ResultFile:
    """The file the task names, else the one that rows are appended to, else the only one."""
    names = {file.name: file for file in found.files}
    for name in (wanted,) if wanted else (job.file_name, *(names if len(names) == 1 else ())):
        if name in names:
            return names[name]
    raise InvalidOption(
        f"file: the output has {'no file ' + repr(wanted) if wanted else 'several files'}; "
        f"name one of: {', '.join(list(names)[:10])}."
    )


def _rows(found: _Found, file: ResultFile, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """At most ``limit`` rows of a file, and whether there are more. Service fact: batch contract 6.5 (no header)."""
    lines = found.container.read_lines(file.blob.name, options["limit"] + 1)
    rows = list(csv.reader(lines, delimiter=options["separator"]))
    return {
        "rows": [_row(row, options["columns"]) for row in rows[: options["limit"]]],
        "truncated": len(lines) > options["limit"],
    }


def _row(values: list[str], columns: list[str] | None) -> t.Any:
    if columns is None:
        return values
    if len(values) != len(columns):
        raise InvalidOption(
            f"columns: {len(columns)} are named, and the row {values!r} has {len(values)}. "
            "Correct columns or separator."
        )
    return dict(zip(columns, values))
