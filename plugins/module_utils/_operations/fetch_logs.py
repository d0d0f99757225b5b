# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job_logs``: read the logs of a scoring job, in whatever state it is, and download them."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._errors import InvalidOption
from .._invocation import Result
from .._jobs import earlier_files
from .._jobs.job import Job
from .._jobs.log_download import LogDownload
from .._jobs.log_files import ERRORS, KINDS, OVERVIEW, STDERR, STDOUT, LogFile, LogReader, LogText, list_logs
from .._jobs.logs import ARTIFACTS
from .._jobs.lookup import JobLookup, lookup_options
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace

LINES = 200
MAX_BYTES = 16 << 20
_MOST_SHOWN = 5


class FetchLogs:
    """Reads the logs of one job; writes files below ``dest`` and nothing to the service."""

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                **lookup_options(),
                "kind": {
                    "type": "list",
                    "elements": "str",
                    "choices": list(KINDS),
                    "default": [OVERVIEW, ERRORS, STDOUT, STDERR],
                },
                "lines": {"type": "int", "default": LINES},
                "max_bytes": {"type": "int", "default": MAX_BYTES},
                "dest": {"type": "path"},
                "dest_policy": {
                    "type": "str",
                    "choices": list(earlier_files.POLICIES),
                    "default": earlier_files.KEEP,
                },
            },
            mutually_exclusive=(("name", "key"),),
            required_one_of=(("name", "key"),),
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        _check(options)
        download = LogDownload.to(options["dest"]) if options["dest"] else None
        datastores = Datastores(workspace)
        job = _job(workspace, datastores)
        if job is None:
            return Result(False, {"batch_job_logs": {"name": options["name"], "logs": []}})
        container = datastores.named(ARTIFACTS, "logs").container
        files = list_logs(job, options["kind"], container, workspace)
        reader = LogReader(container, options["max_bytes"], workspace.http.hide_secrets)
        shown: dict[str, t.Any] = {**job.identity(), "status": job.status}
        if download is None:
            shown["logs"] = [_shown(reader.end(file, options["lines"]), options["lines"]) for file in files]
            _warn_of_cut(reader, workspace)
            return Result(False, {"batch_job_logs": shown})
        before, after = _downloaded(download, files, reader, job, workspace, shown)
        _warn_of_cut(reader, workspace)
        return Result(bool(before or after), {"batch_job_logs": shown}, before, after)


def _check(options: t.Mapping[str, t.Any]) -> None:
    """Raises InvalidOption."""
    for option, least in {"lines": 0, "max_bytes": 1}.items():
        if options[option] < least:
            raise InvalidOption(f"{option}: {options[option]} is too small. Give at least {least}.")


def _job(workspace: Workspace, datastores: Datastores) -> Job | None:
    """The job that the task names; None in check mode, with a warning, if an earlier task may be going to start it."""
    lookup = JobLookup(workspace, datastores, workspace.invocation.options)
    if not workspace.invocation.check_mode:
        return lookup.require()
    job = lookup.find()
    if job is None:
        workspace.invocation.warn(f"{lookup.absent} The run will fail unless an earlier task starts it.")
    return job


def _shown(text: LogText, count: int) -> dict[str, t.Any]:
    lines, is_cut = text.lines(count)
    return {**text.file.shown(), "lines": lines, "truncated": is_cut}


def _downloaded(
    download: LogDownload,
    files: list[LogFile],
    reader: LogReader,
    job: Job,
    workspace: Workspace,
    shown: dict[str, t.Any],
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Read the files as a whole, write those that are new, treat those of other jobs, and return the diff."""
    options = workspace.invocation.options
    location = f"logs of job {job.name}"
    placed = download.place(files)
    texts = {name: reader.whole(file) for name, file in placed.items()}
    earlier = earlier_files.earlier_files(download, placed, job.name, options["dest_policy"])
    changed = download.changed(texts)
    if not workspace.invocation.check_mode:
        download.write(texts, location, job.name)
        download.delete(earlier.to_delete, location, job.name)
    earlier.warn(download, workspace.invocation.warn)
    shown.update(
        logs=[{**_shown(text, options["lines"]), "file": name} for name, text in texts.items()],
        dest=str(download.path),
        manifest=str(download.manifest.path),
        **earlier.shown(),
    )
    folder, deleted = str(download.path), earlier.shown()["deleted"]
    return (
        {"dest": folder, "files": deleted} if deleted else {},
        {"dest": folder, "files": changed} if changed else {},
    )


def _warn_of_cut(reader: LogReader, workspace: Workspace) -> None:
    if not reader.cut:
        return
    names = ", ".join(file.name for file in reader.cut[:_MOST_SHOWN])
    more = len(reader.cut) - _MOST_SHOWN
    workspace.invocation.warn(
        f"max_bytes: {names}{f' and {more} more' if more > 0 else ''} were read in part, from their end. "
        "Raise max_bytes, or choose fewer kinds of logs."
    )
