# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job_check``: check the rows of a scoring job against rules, and report on the job."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .._checks import run_rules
from .._checks.check import Checked, check_rows
from .._checks.comparison import COMPARE_TO
from .._checks.rule_options import comparison_arguments, metric_arguments, read_rules, rule_arguments
from .._checks.verdict import Verdict, number_of
from .._engine.argument_spec import ArgumentSpec
from .._errors import AzureMLError, InvalidOption
from .._invocation import Result
from .._jobs.counts import read_counts
from .._jobs.duration import runs_of, seconds_of
from .._jobs.ended_job import ended_job
from .._jobs.job import COMPLETED, Job
from .._jobs.lookup import lookup_options
from .._jobs.output_location import OutputLocation, ResultFile, find_output
from .._jobs.result_rows import (
    file_arguments,
    file_with_rows,
    row_arguments,
    row_options,
    rows_of,
    without_defaults,
)
from .._names.json_types import JsonObject
from .._report.distribution import Distributions
from .._report.job_report import JobReport
from .._report.page import page
from .._report.report_file import ReportFile
from .._report.run_facts import script_failures, timeline
from .._rows import read
from .._rows.row_format import Row, RowOptions, Warn
from .._schema.resource_type import Options
from .._service.datastore_storage import Datastores
from .._service.run_history import Run
from .._service.workspace import Workspace

_CHUNK = 1 << 20
_MOST_NAMED = 3


class CheckFailed(AzureMLError):
    """The rows of the job do not meet the rules. Its facts are what a task that passes returns."""


class CheckJob:
    """Checks the rows of one job that has ended; writes nothing but the report."""

    def spec(self) -> ArgumentSpec:
        other = {**lookup_options(), **without_defaults({**file_arguments(), **row_arguments()})}
        expected = {"file": {"type": "path"}, "rows": {"type": "list", "elements": "dict"}, **row_arguments()}
        return ArgumentSpec(
            {
                **lookup_options(),
                **file_arguments(),
                **row_arguments(),
                **rule_arguments(),
                "report": {"type": "path"},
                "compare_to": {
                    "type": "dict",
                    "options": {**other, **comparison_arguments()},
                    "mutually_exclusive": [("name", "key")],
                    "required_one_of": [("name", "key")],
                },
                "expected": {
                    "type": "dict",
                    "options": {**expected, **metric_arguments()},
                    "mutually_exclusive": [("file", "rows")],
                    "required_one_of": [("file", "rows")],
                },
            },
            mutually_exclusive=(("name", "key"),),
            required_one_of=(("name", "key"),),
            required_by={"expected": ("key_column",)},
        )

    def run(self, workspace: Workspace) -> Result:
        """Raises CheckFailed for rules that are not met, after the report is written."""
        invocation, options = workspace.invocation, workspace.invocation.options
        report = ReportFile(options["report"]) if options["report"] else None
        found = check_job(workspace, report)
        if found is None:
            return Result(False, {"batch_job_check": _unknown(options)})
        before, after = _report(report, found, workspace) if report else ({}, {})
        shown = {**found.shown(), **({"report": str(report.path)} if report else {})}
        _judge(found, options["fail_on"], invocation.warn, {"batch_job_check": shown, "changed": bool(after)})
        return Result(bool(after), {"batch_job_check": shown}, before, after)


def check_job(workspace: Workspace, report: ReportFile | None = None, *, counts: bool = False) -> CheckedJob | None:
    """Read the rows of the job that the options name, and check them; None in check mode without such a job.

    ``counts``: whether the values of the columns are counted without a report, too.
    """
    invocation, options = workspace.invocation, workspace.invocation.options
    rules, source = read_rules(options), _Source(options, row_options(options))
    other = _other_source(options) if options["compare_to"] else None
    if report and not invocation.check_mode:
        report.require_possible()
    own_counts, other_counts, datastores = Distributions(), Distributions(), Datastores(workspace)
    counts = counts or report is not None
    with _expected_rows(options["expected"], invocation.warn) as expected:
        opened = source.opened(workspace, datastores)
        opened_other = other.opened(workspace, datastores) if other else None
        if opened is None or (other and opened_other is None):
            return None
        rows = opened.rows(invocation.warn)
        other_rows = opened_other.rows(_for(invocation.warn, opened_other.job)) if opened_other else None
        checked = check_rows(
            rules,
            own_counts.counted(rows) if counts else rows,
            other_counts.counted(other_rows) if counts and other_rows is not None else other_rows,
            expected,
        )
    return CheckedJob.of(opened, opened_other, checked, (own_counts, other_counts), workspace)


@dataclass(frozen=True)
class _Source:
    """A job as a task names it, and the format of its rows. ``within`` is the option, with a dot, that names it."""

    options: Options
    format: RowOptions
    within: str = ""

    def opened(self, workspace: Workspace, datastores: Datastores) -> _Opened | None:
        """The job and its file; None in check mode if the job may be started yet. Raises AzureMLError without one."""
        job = ended_job(workspace, datastores, self.options, self.within)
        if job is None:
            return None
        location = find_output(job, self.options["output"], workspace, datastores)
        return _Opened(self, job, location, file_with_rows(location, job, self.options["file"]))


@dataclass(frozen=True)
class _Opened:
    """A job whose rows can be read."""

    source: _Source
    job: Job
    location: OutputLocation
    file: ResultFile

    def rows(self, warn: Warn) -> Iterator[Row]:
        return rows_of(self.location, self.file, self.job, self.source.format, warn)

    def shown(self) -> JsonObject:
        return {
            **self.job.identity(),
            "status": self.job.status,
            "output": self.source.options["output"],
            "location": self.location.place.uri,
            "file": self.file.name,
        }


@dataclass(frozen=True)
class CheckedJob:
    """All that is known of the job after its rows were read; the distributions are those of both jobs."""

    opened: _Opened
    other: _Opened | None
    checked: Checked
    verdicts: list[Verdict]
    distributions: tuple[Distributions, Distributions]
    runs: list[Run]
    seconds: float | None

    @classmethod
    def of(
        cls,
        opened: _Opened,
        other: _Opened | None,
        checked: Checked,
        distributions: tuple[Distributions, Distributions],
        workspace: Workspace,
    ) -> CheckedJob:
        options = workspace.invocation.options
        max_duration = options["max_duration"]
        needs_runs = options["report"] or opened.job.started is None or opened.job.ended is None
        runs = runs_of(opened.job, workspace) if needs_runs else []
        seconds = seconds_of(opened.job, runs)
        verdicts = [run_rules.status(opened.job.status, opened.job.status in COMPLETED)]
        if max_duration is not None:
            verdicts.append(run_rules.duration(seconds, max_duration))
        return cls(opened, other, checked, [*verdicts, *checked.verdicts], distributions, runs, seconds)

    @property
    def comparison(self) -> JsonObject | None:
        return {**self.other.shown(), **(self.checked.comparison or {})} if self.other else None

    def shown(self) -> JsonObject:
        return {
            **self.opened.shown(),
            "duration": self.seconds,
            "passed": all(verdict.passed for verdict in self.verdicts),
            "row_count": self.checked.row_count,
            "rules": [verdict.shown() for verdict in self.verdicts],
            "comparison": self.comparison,
            "expected": self.checked.expected,
        }


def _other_source(options: Options) -> _Source:
    """The job to compare with: what the task does not give for its rows is as for the first job."""
    given = options["compare_to"]
    own = {name: options[name] for name in ("output", *row_arguments())}
    merged = {**given, **{name: value for name, value in own.items() if given[name] is None}}
    return _Source(merged, row_options(merged), f"{COMPARE_TO}.")


def _unknown(options: Options) -> JsonObject:
    """What check mode returns of a job that does not exist yet, or has not ended."""
    return {"name": options["name"], "output": options["output"], "passed": None, "row_count": None, "rules": []}


def _for(warn: Warn, job: Job) -> Warn:
    return lambda message: warn(f"compare_to: job {job.name}: {message}")


@contextlib.contextmanager
def _expected_rows(options: Mapping[str, t.Any] | None, warn: Warn) -> Iterator[Iterable[Row] | None]:
    """The expected values that the task gives, or names the file of. Raises InvalidOption for an unreadable file."""
    if options is None or options["rows"] is not None:
        yield options["rows"] if options else None
        return
    path, chosen = options["file"], row_options(options)
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; the handler is for this alone
    except OSError as error:
        raise InvalidOption(f"expected.file: cannot read {path} ({error.strerror}). Correct the path.") from None
    with file:
        chunks = iter(lambda: file.read(_CHUNK), b"")
        yield read.rows(chunks, chosen, name=path, warn=lambda message: warn(f"expected.file: {message}"))


def _report(file: ReportFile, found: CheckedJob, workspace: Workspace) -> tuple[JsonObject, JsonObject]:
    """Write the report if it is not in check mode, and return the diff."""
    job, distributions = found.opened.job, found.distributions[0]
    content = page(
        JobReport(
            job=job,
            counts=read_counts(job, workspace),
            row_count=found.checked.row_count,
            seconds=found.seconds,
            verdicts=found.verdicts,
            columns=distributions.shown(),
            left_out=distributions.left_out,
            comparison=found.comparison,
            expected=found.checked.expected,
            failures=script_failures(found.runs, workspace),
            timeline=timeline(job, found.runs),
            location=found.opened.location.place.uri,
        )
    )
    before, after = file.change(content)
    if after and not workspace.invocation.check_mode:
        file.write(content)
    return before, after


def _judge(found: CheckedJob, fail_on: list[str] | None, warn: Warn, facts: JsonObject) -> None:
    """Raises CheckFailed for a rule that failed, and warns of one that ``fail_on`` leaves out."""
    if message := complaint(found, fail_on, warn):
        raise CheckFailed(f"{message} See batch_job_check.rules for all, with samples.", **facts)


def complaint(found: CheckedJob, fail_on: list[str] | None, warn: Warn) -> str:
    """The sentences about the rules that failed, empty without any; warns of those that ``fail_on`` leaves out."""
    job = found.opened.job.name
    fatal: list[Verdict] = []
    for verdict in found.verdicts:
        if verdict.passed:
            continue
        if fail_on is None or not verdict.names.isdisjoint(fail_on):
            fatal.append(verdict)
        else:
            warn(f"Job {job} does not meet the rule {verdict.rule}, which fail_on leaves out: {verdict.message}")
    if not fatal:
        return ""
    more = len(fatal) - _MOST_NAMED
    named = " ".join(f"{verdict.rule}: {verdict.message}" for verdict in fatal[:_MOST_NAMED])
    return (
        f"Job {job} does not meet {len(fatal)} of {number_of(len(found.verdicts), 'rules')}: {named}"
        f"{f' And {more} more.' if more > 0 else ''}"
    )
