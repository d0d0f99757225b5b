# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every kind, under every answer to the open questions: set, set again, changed, left out.

Made from the tables: an option is tried as soon as it is declared.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins import modules
from ansible_collections.mlops.azureml.plugins.module_utils._engine.render import render
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import (
    ChildName,
    NameReference,
    Reference,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Change, Field
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import AT
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.assets import CASES
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Done, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import (
    OPTIONS,
    SUBJECTS,
    Subject,
    pairwise,
    two_of,
)

from tests.emulator.policies import POLICIES


def cases() -> Iterator[Any]:
    """Each option, under the defaults and under most different answers."""
    for number, (subject, field) in enumerate(OPTIONS):
        for which, answers in zip(("defaults", "others"), two_of(subject.policies, number), strict=True):
            yield pytest.param(subject, field, answers, id=f"{subject.title}: {field.option} ({which})")


class Course:
    """One option of one resource, in one workspace."""

    def __init__(self, bench: Bench, subject: Subject, field: Field) -> None:
        self.bench = bench
        self.subject = subject
        self.field = field
        self.here = WorkspaceId(
            bench.settings.subscription_id, bench.settings.resource_group, bench.settings.workspace_name
        )

    # -- tasks ---------------------------------------------------------------------------------------------------

    def run(self, task: dict[str, Any], *, check: bool = False) -> Done:
        done = self.bench.run(self.subject.operation, task, check=check)
        assert done.message == ""
        assert done.warnings == []
        return done

    def predicted(self, task: dict[str, Any]) -> Done:
        """The run, after check mode has predicted it and written nothing."""
        before = self.current()
        check = self.run(task, check=True)
        assert check.writes == []
        assert self.current() == before
        done = self.run(task)
        assert (check.changed, check.diff) == (done.changed, done.diff)
        assert check.steps == done.steps or done.was_refused
        return done

    # -- current state -------------------------------------------------------------------------------------------

    def current(self) -> Any:
        return self.bench.send("GET", self.subject.path, version=self.subject.table.api_version)

    def others(self) -> dict[str, Any]:
        """All other settings, as option values."""
        table = self.subject.table
        shown = render(table, self.current(), self.here)
        return {field.option: get_at(shown, field.option) for field in table.fields if field is not self.field}

    @property
    def is_returned(self) -> bool:
        """True if the service returns whether the option has a value."""
        return self.field.is_returned(self.current())

    @property
    def is_kept(self) -> bool:
        """True if the service accepts another value, and keeps the current one."""
        kept = self.bench.emulator.state.policies["endpoint_description"] == "kept"
        return kept and self.field.change is Change.ONCE

    def has_value(self, value: Any) -> bool:
        """True if the service returns the value; maps may have further keys."""
        desired, now = self.field.value_type.encode(value, self.here), self.field.read_from(self.current())
        if self.field.change in (Change.MERGE, Change.APPEND):
            return desired.items() <= (now or {}).items()
        return self.field.value_type.same(desired, now, self.here)

    # -- requests ------------------------------------------------------------------------------------------------

    def paths(self, *methods: str) -> list[str]:
        return [f"{method} {self.subject.path}" for method in methods]

    def targets(self, task: dict[str, Any], fields: tuple[Field, ...]) -> list[str]:
        """The reads of the resources that the task names."""
        return [
            f"GET {path}" for field in fields if (path := self._target(field, get_at(task, field.option))) is not None
        ]

    def _target(self, field: Field, value: Any) -> str | None:
        value_type = field.value_type
        if value is None or not isinstance(value_type, (Reference, ChildName)):
            return None
        sent = value_type.encode(value, self.here)
        if isinstance(value_type, ChildName):
            return f"{self.subject.path}/{value_type.kind}/{sent}"
        if isinstance(value_type, NameReference):
            return f"{value_type.kind}/{sent}"
        return str(value_type.target(sent)).removeprefix(f"{self.here.path}/")


def without_repeats(done: Done) -> list[str]:
    """The requests without the polling of operations; equal reads in a row count as one."""
    lines: list[str] = []
    for line in done.lines:
        if not (lines and lines[-1] == line and line.startswith("GET")):
            lines.append(line)
    return lines


@pytest.mark.parametrize(("subject", "field", "answers"), list(cases()))
def test_an_option_from_creation_to_change(
    opened: Open, subject: Subject, field: Field, answers: dict[str, str]
) -> None:
    run_the_course(opened(**answers), subject, field)


@pytest.mark.on_request
@pytest.mark.parametrize(
    ("subject", "field"), [pytest.param(*one, id=f"{one[0].title}: {one[1].option}") for one in OPTIONS]
)
def test_an_option_under_each_two_answers(opened: Open, subject: Subject, field: Field) -> None:
    for answers in pairwise(subject.policies):
        run_the_course(opened(**answers), subject, field)


def run_the_course(bench: Bench, subject: Subject, field: Field) -> None:
    course = Course(bench, subject, field)
    subject.surround(bench)
    if isinstance(field.value_type, ChildName):
        set_on_existing(course)
    else:
        set_at_creation(course)
    change(course)


def set_at_creation(course: Course) -> None:
    subject, field = course.subject, course.field
    first, _second = samples(field)
    task = subject.with_options({field.option: first}, subject.smallest)
    done = course.predicted(task)
    located = "location" in task or subject.parent_path or not subject.table.regional
    assert without_repeats(done) == [
        *course.paths("GET"),
        *([f"GET {subject.parent_path}"] if subject.parent_path else []),
        *course.targets(task, subject.table.fields),
        *([] if located else ["GET"]),
        *course.paths("PUT", "GET"),
    ]
    assert is_written(course, done, first)
    again(course, task)


def set_on_existing(course: Course) -> None:
    subject, field = course.subject, course.field
    course.run(subject.smallest)
    subject.fill(course.bench)
    first, _second = samples(field)
    task = subject.with_options({field.option: first}, subject.smallest)
    done = course.predicted(task)
    assert is_written(course, done, first)
    again(course, task)


def is_written(course: Course, done: Done, value: Any) -> bool:
    """True if the value was sent, and is in the current resource afterwards, if the service ever returns it."""
    field = course.field
    (write,) = done.writes
    sent = get_at(json.loads(write.body), field.at)
    is_current = field.change is Change.WRITE_ONLY or not course.is_returned or course.has_value(value)
    return is_current and field.value_type.same(sent, field.value_type.encode(value, course.here), course.here)


def again(course: Course, task: dict[str, Any]) -> None:
    """The second run: unchanged, one read, no write."""
    for check in (True, False):
        done = course.run(task, check=check)
        assert not done.changed
        assert done.lines == course.paths("GET")
        assert done.diff == ({}, {})


def change(course: Course) -> None:
    """Another value, on a resource where everything is set."""
    subject, field = course.subject, course.field
    if not isinstance(field.value_type, ChildName):
        course.bench.run(subject.operation, {**subject.task, "state": "absent"})
        course.run(subject.fullest)
    _first, second = samples(field)
    task = subject.with_options({field.option: second, **own_credentials(course)}, subject.smallest)
    others = course.others()
    change_it = CHANGES.get(field.change, change_in_place) if course.is_returned else never_a_change
    change_it(course, task)
    assert course.others() == others
    if field.change is not Change.WRITE_ONLY and course.is_returned and not course.is_kept:
        assert course.has_value(second)
        again(course, task)
        again(course, subject.with_options({}, subject.smallest) if not field.needed else task)
        assert course.has_value(second)


def own_credentials(course: Course) -> dict[str, Any]:
    """What another place of secrets asks for, where the option names that place."""
    if course.field.option not in course.subject.table.secrets_go_to:
        return {}
    return {field.option: samples(field)[0] for field in course.subject.table.fields if field.at == AT}


def change_in_place(course: Course, task: dict[str, Any]) -> None:
    done = course.predicted(task)
    field = course.field
    method = "PATCH" if field.change is Change.PATCH or field.patchable else "PUT"
    assert without_repeats(done) == [
        *course.paths("GET"),
        *course.targets(task, (course.field,)),
        *([] if "credentials" in task else course.subject.before_write),
        *course.paths(method, "GET"),
    ]
    only_difference(course, done)


def change_by_replacing(course: Course, task: dict[str, Any]) -> None:
    for check in (True, False):
        done = course.bench.run(course.subject.operation, task, check=check)
        assert f"{course.field.option} is " in done.message
        assert done.lines == course.paths("GET")
    done = course.predicted({**task, "recreate": True})
    users = ["GET batchEndpoints"] if course.subject.table.used_by else []
    assert without_repeats(done) == [*course.paths("GET"), *users, *course.paths("DELETE", "GET", "PUT", "GET")]
    only_difference(course, done)


def change_that_may_be_refused(course: Course, task: dict[str, Any]) -> None:
    """Updated if the service accepts it, else replaced; the result is the same."""
    done = course.predicted({**task, "recreate": True})
    tried = [write.method for write in done.writes]
    assert tried == ["PUT"] or tried[-2:] == ["DELETE", "PUT"]
    assert {write.path for write in done.writes} == {course.subject.path}
    only_difference(course, done)


def change_that_may_be_ignored(course: Course, task: dict[str, Any]) -> None:
    """Sent once; afterwards, a value that the service keeps is no difference."""
    change_in_place(course, task)
    if course.is_kept:
        again(course, task)
        assert course.run(task).values["not_updatable"] == [course.field.option]


def never_a_change(course: Course, task: dict[str, Any]) -> None:
    again(course, task)


def only_difference(course: Course, done: Done) -> None:
    """The diff has this option and no other."""
    assert done.changed
    for words in done.diff:
        assert words.keys() == {"name", course.field.option.partition(".")[0]}
        assert get_at(words, course.field.option) is not None or words is done.diff[0]


CHANGES = {
    Change.REPLACE: change_by_replacing,
    Change.REFUSABLE: change_that_may_be_refused,
    Change.WRITE_ONLY: never_a_change,
    Change.ONCE: change_that_may_be_ignored,
}


# Switches that do not concern the matrix: where they are tested, or why they need no test.
REFUSED = "a refusal that ends every task"
FAILING = "operations that fail: test_mending.py"
OF_LISTS = "lists: test_info.py, test_listing.py"
OF_UPLOADS = "uploads that were broken off: test_uploads.py"
OF_JOBS = "scoring jobs: test_job_matrix.py"
OF_CHECKS = "what is known before a deployment: test_workspace_check.py"
ONE_ANSWER = "answered lately; the matrix meets the recorded answer so far"
ELSEWHERE = {
    "failing_names": FAILING,
    "compute_failure": FAILING,
    "key_endpoints": "an auth mode that the service accepts and then does not set up fails by itself",
    **dict.fromkeys(
        (
            "aml_token_endpoints",
            "taken_names",
            "bad_name_body",
            "max_tags",
            "max_text",
            "max_blobs",
            "private_endpoint",
        ),
        REFUSED,
    ),
    **dict.fromkeys(("batch_order", "top_limit", "last_page_link"), OF_LISTS),
    "model_from_job": "models of jobs: test_model_from_job.py",
    **dict.fromkeys(("pending_upload_lifetime", "abandoned_upload_lifetime"), OF_UPLOADS),
    **dict.fromkeys(
        (
            "bad_input_status",
            "cancel_absent_status",
            "cancel_status",
            "dataset_answer",
            "dataset_bodies",
            "endpoint_host_case",
            "failed_job_error",
            "finished_output",
            "job_course",
            "job_delete_headers",
            "job_delete_status",
            "job_marks",
            "job_name",
            "job_name_clash",
            "job_provisioning",
            "jobs_of_deleted",
            "malformed_uri",
            "missing_input",
            "no_default_status",
            "pipeline_job_type",
            "pipeline_job_view",
            "pipeline_outputs",
            "repeat_status",
            "repeatability",
            "repeatability_header",
            "repeatability_lifetime",
            "progress_logs",
            "scoring_errors",
            "scoring_token_errors",
            "unknown_deployment_status",
            "wrong_audience_status",
        ),
        OF_JOBS,
    ),
    **dict.fromkeys(
        (
            "absent_batch",
            "absent_parent",
            "data_plane_lists",
            "delete_budget",
            "deleted_known",
            "diagnose_findings",
            "endpoint_limit",
            "endpoint_limit_status",
            "existing_destination",
            "existing_output",
            "failed_import",
            "failed_operation_details",
            "failed_reads",
            "invalid_cron",
            "job_delete_outputs",
            "job_list_items",
            "job_order",
            "model_output_types",
            "only_deployment",
            "publish_status",
            "registry_references",
            "schedule_invokes",
            "schedule_names",
            "unknown_datastore",
        ),
        ONE_ANSWER,
    ),
    **dict.fromkeys(
        (
            "deny_assignments",
            "permissions_of_groups",
            "private_management",
            "private_scoring",
            "quota_limits",
            "resource_graph_lag",
            "usages_order",
            "usages_page_size",
            "workspace_quota_usages",
        ),
        OF_CHECKS,
    ),
}


def test_every_switch_is_answered_somewhere() -> None:
    """A switch of the emulator belongs either to `policies` of a subject or to ELSEWHERE, with a reason."""
    met = {policy for subject in SUBJECTS for policy in subject.policies}
    met |= {policy for case in CASES for policy in case.policies}
    assert met | ELSEWHERE.keys() == {policy.name for policy in POLICIES}
    assert not met & ELSEWHERE.keys()


def test_every_managing_module_is_a_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    operations: list[Any] = []
    for found in pkgutil.iter_modules(modules.__path__):
        module = importlib.import_module(f"{modules.__name__}.{found.name}")
        monkeypatch.setattr(module, "run", operations.append)
        module.main()
    managing = [operation for operation in operations if isinstance(operation, Manage)]
    tables = [table for operation in managing for table in operation.resource.tables]
    assert tables
    assert all(any(table is subject.table for subject in SUBJECTS) for table in tables)
