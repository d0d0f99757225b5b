# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job_results``: find the results of a scoring job, download them, parse their rows."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable

from .._engine.argument_spec import ArgumentSpec
from .._errors import InvalidOption
from .._invocation import Result
from .._jobs.counts import read_counts
from .._jobs.download import Download
from .._jobs.earlier_files import KEEP, POLICIES, earlier_files
from .._jobs.ended_job import ended_job
from .._jobs.job import Job, parse_time
from .._jobs.lookup import lookup_options
from .._jobs.output_location import OutputLocation, ResultFile, find_output
from .._jobs.result_rows import file_arguments, file_with_rows, row_arguments, row_options
from .._rows import read
from .._rows.row_format import RowOptions
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace

# How much the clocks of storage and of the service may differ.
_CLOCKS_APART = datetime.timedelta(seconds=5)


class FetchResults:
    """Reads the results of one job that has ended; writes files below ``dest`` and nothing to the service."""

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                **lookup_options(),
                **file_arguments(),
                "dest": {"type": "path"},
                "dest_policy": {"type": "str", "choices": list(POLICIES), "default": KEEP},
                "rows": {"type": "bool", "default": False},
                "limit": {"type": "int"},
                **row_arguments(),
            },
            mutually_exclusive=(("name", "key"),),
            required_one_of=(("name", "key"),),
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        _check(options)
        chosen = row_options(options)
        download = Download.to(options["dest"]) if options["dest"] else None
        datastores = Datastores(workspace)
        job = ended_job(workspace, datastores, options)
        if job is None:
            return Result(False, {"batch_job_results": _unknown(options)})
        location = find_output(job, options["output"], workspace, datastores)
        _warn_of_later_files(location, job, workspace.invocation.warn)
        shown: dict[str, t.Any] = {
            **job.identity(),
            "status": job.status,
            "output": options["output"],
            "location": location.place.uri,
            "files": [file.shown() for file in location.files],
        }
        if options["rows"]:
            file = file_with_rows(location, job, options["file"])
            is_appended = file.name == job.file_name
            items = _scored_items(job, workspace) if is_appended else None
            shown.update(_rows(location, file, chosen, options["limit"], is_appended, items, workspace.invocation.warn))
        if download is None:
            return Result(False, {"batch_job_results": shown})
        before, after = self._download(download, location, job.name, workspace, shown)
        return Result(bool(before or after), {"batch_job_results": shown}, before, after)

    def _download(
        self, download: Download, location: OutputLocation, job: str, workspace: Workspace, shown: dict[str, t.Any]
    ) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """Download what is missing, treat files of other jobs as the task says, and return the diff."""
        invocation, place = workspace.invocation, location.place.uri
        missing = download.missing(location.files, place)
        names = (file.name for file in location.files)
        earlier = earlier_files(download, names, job, invocation.options["dest_policy"])
        new = [file.name for file in missing]
        if not invocation.check_mode:
            new = download.fetch(location.container, missing, place, job)
            download.delete(earlier.to_delete, place, job)
        earlier.warn(download, invocation.warn)
        deleted = [file.name for file in earlier.to_delete]
        shown.update(
            dest=str(download.path),
            manifest=str(download.manifest.path),
            **earlier.shown(),
        )
        folder = str(download.path)
        return (
            {"dest": folder, "files": deleted} if deleted else {},
            {"dest": folder, "files": new} if new else {},
        )


def _check(options: t.Mapping[str, t.Any]) -> None:
    """Raises InvalidOption."""
    if options["limit"] is not None and options["limit"] < 1:
        raise InvalidOption(f"limit: {options['limit']} is too small. Give at least 1.")


def _unknown(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What check mode returns of a job that does not exist yet, or has not ended."""
    shown: dict[str, t.Any] = {"name": options["name"], "output": options["output"], "files": []}
    if options["rows"]:
        shown.update(rows=[], truncated=False)
    if options["dest"]:
        shown.update(dest=options["dest"], deleted=[], kept=[])
    return shown


def _warn_of_later_files(location: OutputLocation, job: Job, warn: Callable[[str], None]) -> None:
    """Warn of a file that was written after the job had ended: another job with the same output may have written it."""
    ended = parse_time(job.ended)
    later = [file for file in location.files if ended and file.blob.written > ended + _CLOCKS_APART]
    if later:
        warn(
            f"{later[0].name} was written {later[0].blob.written:%Y-%m-%d %H:%M:%S}, after job {job.name} had ended: "
            "another job, as a later attempt of the same name, may have written it."
        )


def _scored_items(job: Job, workspace: Workspace) -> int | None:
    """How many items the service appended rows of, None if it is not known."""
    counts = read_counts(job, workspace)
    return counts.items.succeeded if counts else None


def _rows(
    location: OutputLocation,
    file: ResultFile,
    chosen: RowOptions,
    limit: int | None,
    is_appended: bool,
    items: int | None,
    warn: Callable[[str], None],
) -> dict[str, t.Any]:
    """At most ``limit`` rows of a file, whether there are more, and how they were read."""
    chunks = location.container.chunks(file.blob.name)
    table = read.table(chunks, chosen, limit, expected=items, name=file.name, is_appended=is_appended, warn=warn)
    return {"rows": table.rows, "truncated": table.is_cut, **table.format.shown()}
