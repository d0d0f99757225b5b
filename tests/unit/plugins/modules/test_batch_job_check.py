# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html.parser
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.job import Job, parse_job
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.lookup import lookup_options
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.output_location import OutputLocation, list_files
from ansible_collections.mlops.azureml.plugins.module_utils._names.datastore_path import DatastorePath
from ansible_collections.mlops.azureml.plugins.module_utils._operations import check_job
from ansible_collections.mlops.azureml.plugins.module_utils._operations.check_job import CheckJob
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_job_check
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Call, Outcome, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import STUDIO, Storage, datastore, job

PLACE = "azureml://datastores/workspaceblobstore/paths/scores/{}.csv"
ROWS = b"1.png,7,0.99\n2.png,1,0.52\n3.png,8,0.71\n"
NAMES = ["file", "digit", "probability"]
TIMES = {"StartTimeUtc": "2026-01-31 06:00:10", "EndTimeUtc": "2026-01-31 06:01:34"}


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage({"scores/today.csv": ROWS, "scores/before.csv": ROWS})
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


def ended(name: str = "today", status: str = "Completed", **more: Any) -> Call:
    """A job that has ended; the service assigned its name."""
    body = job(name=name, status=status, output=PLACE.format(name), key=f"of-{name}", **more)
    body["properties"]["properties"].update(TIMES)
    return get(f"jobs/{name}", body)


def check(run: Run, *calls: Any, **options: Any) -> Outcome:
    """The result of a task; with ``compare_to`` the calls for the other job come after those for the job."""
    other = (ended("before"),) if "compare_to" in options else ()
    flags = {flag: options.pop(flag) for flag in ("check", "diff") if flag in options}
    return run(
        batch_job_check,
        {"name": "today", "columns": NAMES, **options},
        *(calls or (ended(), datastore(), *other)),
        **flags,
    )


def rule(out: Outcome, kind: str) -> dict[str, Any]:
    return next(rule for rule in out["batch_job_check"]["rules"] if rule["rule"] == kind)


def test_a_job_that_meets_its_rules(run: Run) -> None:
    rules = [
        {"column": "file", "pattern": r".+\.png", "unique": True},
        {"column": "digit", "allowed": list(range(10)), "value": 7, "min_share": 0.3},
        {"column": "probability", "not_null": True, "min": 0, "max": 1},
    ]
    out = check(run, rules=rules, required_columns=["file"], max_rows=3, max_duration=84)
    checked = out["batch_job_check"]
    assert (out["changed"], checked["passed"], checked["row_count"], checked["duration"]) == (False, True, 3, 84.0)
    assert [rule["rule"] for rule in checked["rules"]] == [
        *("status", "max_duration", "min_rows", "max_rows", "columns"),
        *("unique", "pattern", "allowed", "share", "not_null", "range"),
    ]
    assert out.warnings == []


def test_a_rule_that_is_not_met_fails_the_task_with_its_samples(run: Run) -> None:
    out = check(run, rules=[{"column": "probability", "min": 0.6}])
    assert out.failed
    assert "does not meet 1 of 3 rules: range: probability: 1 of 3 values are not at least 0.6." in out["msg"]
    assert rule(out, "range")["samples"] == [{"row": 2, "value": 0.52}]
    assert not out["batch_job_check"]["passed"]


def test_a_rule_that_fail_on_leaves_out_gives_a_warning(run: Run) -> None:
    rules = [{"column": "probability", "min": 0.6}, {"column": "digit", "max": 9}]
    out = check(run, rules=rules, fail_on=["min_rows", "range:digit"])
    assert (out.failed, out["batch_job_check"]["passed"]) == (False, False)
    [warning] = out.warnings
    assert "does not meet the rule range, which fail_on leaves out: probability: 1 of 3" in warning


@pytest.mark.parametrize("entry", ["range", "range:probability"])
def test_a_rule_that_fail_on_names(run: Run, entry: str) -> None:
    assert check(run, rules=[{"column": "probability", "min": 0.6}], fail_on=[entry]).failed


@pytest.mark.parametrize(("limit", "failed"), [(83.9, True), (84, False)])
def test_the_duration_of_the_job(run: Run, limit: float, failed: bool) -> None:
    assert check(run, max_duration=limit).failed == failed


def test_a_job_that_did_not_complete(run: Run) -> None:
    out = check(run, ended(status="Canceled"), datastore())
    assert "status: The job is Canceled: its rows may not be all rows." in out["msg"]


def test_no_rows_at_all(run: Run, storage: Storage) -> None:
    storage.blobs["scores/today.csv"] = b""
    assert "min_rows: The job has 0 rows; it has to have at least 1." in check(run)["msg"]
    assert not check(run, min_rows=0).failed


def test_a_comparison_with_another_job(run: Run, storage: Storage) -> None:
    storage.blobs["scores/today.csv"] = b"4.png,0,0.9\n1.png,7,0.985\n2.png,7,0.52\n"
    out = check(run, key_column="file", compare_to={"name": "before", "tolerance": 0.01})
    assert out["batch_job_check"]["comparison"] == {
        "name": "before",
        "key": "of-before",
        "attempt": 1,
        "status": "Completed",
        "output": "score",
        "file": "before.csv",
        "location": PLACE.format("before"),
        "matched": 2,
        "changed": 1,
        "changed_share": 0.5,
        "missing": 1,
        "surplus": 1,
        "largest_distance": 6.0,
        "differences": [
            {"row": 3, "key": "2.png", "column": "digit", "value": 7, "other": 1, "distance": 6.0},
            {
                "row": 2,
                "key": "1.png",
                "column": "probability",
                "value": 0.985,
                "other": 0.99,
                "distance": pytest.approx(0.005),
            },
        ],
    }
    assert rule(out, "changed_share")["samples"] == [
        {"row": 3, "key": "2.png", "column": "digit", "value": 7, "other": 1}
    ]
    assert rule(out, "missing")["samples"] == [{"row": 3, "key": "3.png"}]
    assert rule(out, "surplus")["samples"] == [{"row": 1, "key": "4.png"}]
    names = ["changed_share", "missing:compare_to"]
    assert check(run, key_column="file", compare_to={"name": "before", "tolerance": 0.01}, fail_on=names).failed
    assert not check(run, key_column="file", compare_to={"name": "before"}, fail_on=["missing:expected"]).failed


def test_a_comparison_by_position(run: Run, storage: Storage) -> None:
    assert not check(run, compare_to={"name": "before"}).failed
    storage.blobs["scores/today.csv"] = ROWS.replace(b"0.52", b"0.53")
    assert check(run, compare_to={"name": "before"}).failed
    assert not check(run, compare_to={"name": "before", "compared_columns": ["file", "digit"]}).failed
    assert not check(run, compare_to={"name": "before", "max_changed_share": 0.34}).failed


def test_limits_for_distances_and_for_shares_of_classes(run: Run, storage: Storage) -> None:
    storage.blobs["scores/today.csv"] = ROWS.replace(b"0.52", b"0.55").replace(b",8,", b",7,")
    any_share = {"name": "before", "max_changed_share": 1}
    by_key = {"key_column": "file"}
    assert not check(run, **by_key, compare_to={**any_share, "max_distance": 1}).failed
    out = check(run, **by_key, compare_to={**any_share, "max_distance": 0.9})
    assert rule(out, "distance")["value"] == 1.0
    assert [one["key"] for one in rule(out, "distance")["samples"]] == ["3.png"]
    shares = [{"column": "digit", "max_change": 0.3}]
    out = check(run, **by_key, compare_to={**any_share, "shares": shares})
    assert rule(out, "share_change")["value"] == pytest.approx(1 / 3)
    assert {one["value"] for one in rule(out, "share_change")["samples"]} == {"7", "8"}
    assert check(run, compare_to={**any_share, "shares": shares}).failed  # by position as well
    assert not check(
        run, **by_key, compare_to={**any_share, "shares": [{"column": "digit", "max_change": 0.34}]}
    ).failed
    assert check(run, **by_key, compare_to={**any_share, "shares": [{"column": "none", "max_change": 1}]}).failed


def test_the_other_job_may_have_a_format_of_its_own(run: Run, storage: Storage) -> None:
    storage.blobs["scores/before.csv"] = b"".join(
        json.dumps(dict(zip(NAMES, line.decode().split(",")))).encode() + b"\n" for line in ROWS.splitlines()
    )
    assert not check(run, key_column="file", compare_to={"name": "before", "format": "json_lines"}).failed


def test_expected_values(run: Run, tmp_path: Path, storage: Storage) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("file,label\n1.png,7\n2.png,7\n3.png,8\n")
    storage.blobs["scores/before.csv"] = ROWS.replace(b",1,", b",7,")
    wanted = {"file": str(truth), "column": "digit", "expected_column": "label"}
    good = {"accuracy": {"min": 0.66}, "error_rate": {"max": 0.34}, "mean_absolute_error": {"max": 2}}
    out = check(run, key_column="file", expected={**wanted, **good})
    assert not out.failed, out["msg"]
    found = out["batch_job_check"]["expected"]
    assert (found["accuracy"], found["mean_absolute_error"], found["other"]) == (2 / 3, 2.0, None)
    loss = {"accuracy": {"max_loss": 0.3}}
    out = check(
        run, key_column="file", expected={**wanted, **loss}, compare_to={"name": "before"}, fail_on=["accuracy"]
    )
    assert "at most 0.3 worse than that of the other job, which is 1." in out["msg"]
    assert rule(out, "accuracy")["samples"] == [{"row": 2, "key": "2.png", "value": 1, "expected": 7}]
    assert out["batch_job_check"]["expected"]["other"]["accuracy"] == 1.0


def test_expected_values_in_the_task(run: Run) -> None:
    rows = [{"file": f"{at}.png", "digit": digit} for at, digit in ((1, "7"), (2, 1), (4, 8))]
    out = check(run, key_column="file", expected={"rows": rows, "column": "digit", "accuracy": {"min": 1}})
    assert rule(out, "accuracy")["passed"]
    assert [rule(out, kind)["against"] for kind in ("missing", "surplus")] == ["expected", "expected"]
    assert "2 of 7 rules" in out["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rules": [{"column": "digit"}]}, "rules.0: nothing is asked of column 'digit'"),
        ({"rules": [{"column": "digit", "pattern": "("}]}, "is no regular expression"),
        ({"rules": [{"column": "digit", "min": 2, "max": 1}]}, "rules.0.min: 2.0 is more than rules.0.max 1.0"),
        ({"rules": [{"column": "digit", "value": 1, "min_share": 2}]}, "rules.0.min_share: 2.0 is no share"),
        ({"rules": [{"column": "digit", "min_share": 0.2}]}, "missing parameter(s) required by 'min_share': value"),
        ({"min_rows": -1}, "min_rows: -1 is not possible"),
        ({"min_rows": 3, "max_rows": 2}, "min_rows: 3 is more than max_rows 2"),
        ({"samples": 1001}, "samples: 1001 is not possible. Give 0 to 1000."),
        ({"fail_on": ["rang"]}, "fail_on: there is no rule 'rang'"),
        ({"fail_on": ["range:digits"]}, "fail_on: no rule of this task is about 'digits'"),
        ({"name": "a/b"}, "name"),
        ({"compare_to": {"name": "before", "tolerance": -1}}, "compare_to.tolerance: -1.0 is not possible"),
        ({"expected": {"rows": [], "column": "digit"}}, "key_column"),
        (
            {"key_column": "file", "expected": {"rows": [], "column": "digit", "accuracy": {"max_loss": 0.1}}},
            "it is the distance to another job, and compare_to names none",
        ),
        ({"key_column": "file", "expected": {"file": "/none", "column": "digit"}}, "cannot read /none"),
        ({"report": "/none/report.html"}, "report: the folder /none does not exist"),
        ({"report": "/"}, "report: / is a folder"),
    ],
)
def test_what_is_refused_before_the_first_request(run: Run, options: dict[str, Any], message: str) -> None:
    out = run(batch_job_check, {"name": "today", **options})
    assert out.failed
    assert message in out["msg"]


def test_check_mode_before_the_job_has_ended(run: Run) -> None:
    out = check(run, ended(status="Running"), check=True)
    assert (out.failed, out["batch_job_check"]["passed"]) == (False, None)
    [warning] = out.warnings
    assert "job today is Running" in warning
    out = check(run, ended(), datastore(), ended("before", "Running"), compare_to={"name": "before"})
    assert "compare_to.name: job before is Running" in out["msg"]


# -- the report --------------------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def reported(run: Run, path: Path, **options: Any) -> Outcome:
    """A task that writes a report; it also reads the runs inside the job, of which there are none here."""
    workspace = get("", {"properties": {"discoveryUrl": "https://eastus.api.azureml.ms/discovery"}})

    def no_history(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={})

    calls = (ended(), datastore(), workspace, no_history, no_history)
    return check(run, *calls, report=str(path), **options)


def test_a_report_is_written_when_its_content_is_new(run: Run, storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert reported(run, path, check=True)["changed"]
    assert not path.exists()
    out = reported(run, path)
    assert (out["changed"], out["batch_job_check"]["report"]) == (True, str(path))
    assert out["diff"]["after"]["report"] == str(path)
    assert not reported(run, path)["changed"]
    storage.blobs["scores/today.csv"] = ROWS.replace(b",7,", b",8,")
    path.chmod(0o640)
    assert reported(run, path)["changed"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.glob("*.html")) + list(tmp_path.glob(".report*")) == [path]


def test_a_report_is_written_before_the_task_fails(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    out = reported(run, path, min_rows=4)
    assert (out.failed, out["changed"]) == (True, True)
    assert "The job has 3 rows; it has to have at least 4." in Page(path).text


def test_a_report_shows_foreign_text_as_text(run: Run, storage: Storage, tmp_path: Path) -> None:
    hostile = '</style></script><script>alert(1)</script><img src=x onerror=alert(1)>" onclick="x\u202e\x1b[2J'
    storage.blobs["scores/today.csv"] = json.dumps({hostile: hostile, "b": [hostile], "c": "\ud800"}).encode()
    path = tmp_path / "report.html"
    rules = [{"column": hostile, "pattern": "x", "allowed": [hostile]}]
    out = reported(run, path, columns=None, rules=rules, format="json_lines")
    assert "pattern" in out["msg"]
    page = Page(path)
    assert not {"script", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _value in page.attributes if name.startswith("on") or name == "src"]
    assert [value for name, value in page.attributes if name == "href"] == [STUDIO.format("today")]
    assert "<script>alert(1)</script>" in page.text
    assert not [char for char in path.read_text() if not char.isprintable() and char != "\n"]
    assert "url(" not in path.read_text()
    assert "@import" not in path.read_text()


# -- every option ------------------------------------------------------------------------------------------------------

RANGE = {"rules": [{"column": "probability", "min": 0.6}]}
BY_KEY = {"key_column": "file"}
OTHER_ROWS = b"4.png,0,0.9\n1.png,7,0.985\n2.png,7,0.52\n"
TRUTH = [{"file": "1.png", "digit": 7, "label": 9}, {"file": "2.png", "digit": 9, "label": 1}]
HUNDREDTHS = {"rules": [{"column": "probability", "pattern": "0[.][0-9]{2}"}]}
TRUTH_FILE = "file,digit,label\n1.png,7,9\n2.png,9,1\n"


def of_rule(**rule: Any) -> dict[str, Any]:
    return {"rules": [{"column": "digit", **rule}]}


CLASS = {"column": "digit", "max_change": 0}


def of_other(**options: Any) -> dict[str, Any]:
    return {**BY_KEY, "compare_to": {"name": "before", **options}}


def of_expected(**options: Any) -> dict[str, Any]:
    return {**BY_KEY, "expected": {"rows": TRUTH, "column": "digit", **options}}


def of_file(**options: Any) -> dict[str, Any]:
    return {**BY_KEY, "expected": {"file": "truth.csv", "column": "digit", **options}}


# Of each option two tasks that have to come out differently.
EFFECTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "output": ({}, {"output": "other"}),
    "file": ({}, {"file": "none.csv"}),
    "format": ({}, {"format": "json_lines"}),
    "separator": ({}, {"separator": ";"}),
    "quote": ({"quote": "none"}, {"quote": "minimal", "format": "json_lines"}),
    "header": ({"columns": None}, {"columns": None, "header": True}),
    "columns": ({"required_columns": ["file"]}, {"required_columns": ["file"], "columns": None}),
    "types": (of_rule(allowed=["7"]), {**of_rule(allowed=["7"]), "types": {"digit": "bool"}}),
    "infer_types": ({**HUNDREDTHS, "infer_types": True}, {**HUNDREDTHS, "infer_types": False}),
    "min_rows": ({"min_rows": 3}, {"min_rows": 4}),
    "max_rows": ({"max_rows": 3}, {"max_rows": 2}),
    "required_columns": ({"required_columns": ["file"]}, {"required_columns": ["name"]}),
    "key_column": (of_other(), {"compare_to": {"name": "before"}}),
    "max_duration": ({"max_duration": 84}, {"max_duration": 83}),
    "fail_on": ({**RANGE, "fail_on": ["range"]}, {**RANGE, "fail_on": []}),
    "samples": ({**RANGE, "samples": 1}, {**RANGE, "samples": 0}),
    "rules": ({}, RANGE),
    "rules.column": (of_rule(min=1), of_rule(min=1, column="probability")),
    "rules.not_null": (of_rule(min=1), of_rule(min=1, not_null=True)),
    "rules.unique": (of_rule(min=1), of_rule(min=1, unique=True)),
    "rules.min": (of_rule(min=1), of_rule(min=2)),
    "rules.max": (of_rule(max=8), of_rule(max=7)),
    "rules.allowed": (of_rule(allowed=[1, 7, 8]), of_rule(allowed=[1, 7])),
    "rules.pattern": (of_rule(pattern="[178]"), of_rule(pattern="[17]")),
    "rules.value": (of_rule(value=7, min_share=0.3), of_rule(value=6, min_share=0.3)),
    "rules.min_share": (of_rule(value=7, min_share=0.3), of_rule(value=7, min_share=0.4)),
    "rules.max_share": (of_rule(value=7, max_share=0.4), of_rule(value=7, max_share=0.3)),
    "compare_to": ({**BY_KEY}, of_other()),
    "compare_to.output": (of_other(), of_other(output="other")),
    "compare_to.file": (of_other(), of_other(file="none.csv")),
    "compare_to.format": (of_other(), of_other(format="json_lines")),
    "compare_to.separator": (of_other(), of_other(separator=";")),
    "compare_to.quote": (of_other(), of_other(format="lines", quote="none")),
    "compare_to.header": (of_other(), of_other(header=True)),
    "compare_to.columns": (of_other(), of_other(columns=["file", "digit", "other"])),
    "compare_to.types": (of_other(), of_other(types={"digit": "bool"})),
    "compare_to.infer_types": (of_other(), of_other(format="literal", infer_types=False)),
    "compare_to.compared_columns": (of_other(), of_other(compared_columns=["file"])),
    "compare_to.tolerance": (of_other(), of_other(tolerance=0.1)),
    "compare_to.relative_tolerance": (of_other(), of_other(relative_tolerance=0.1)),
    "compare_to.max_changed_share": (of_other(), of_other(max_changed_share=1)),
    "compare_to.max_distance": (of_other(), of_other(max_distance=9)),
    "compare_to.shares": (of_other(), of_other(shares=[CLASS])),
    "compare_to.shares.column": (of_other(shares=[CLASS]), of_other(shares=[{**CLASS, "column": "file"}])),
    "compare_to.shares.max_change": (of_other(shares=[CLASS]), of_other(shares=[{**CLASS, "max_change": 1}])),
    "expected": (BY_KEY, of_expected()),
    "expected.file": (of_file(), of_file(file="none.csv")),
    "expected.format": (of_file(), of_file(format="json_lines")),
    "expected.separator": (of_file(), of_file(separator=";")),
    "expected.quote": (of_file(), of_file(format="lines", quote="none")),
    "expected.header": (of_file(), of_file(header=False)),
    "expected.columns": (of_file(), of_file(columns=["file", "digit", "label"])),
    "expected.types": (of_file(), of_file(types={"digit": "bool"})),
    "expected.infer_types": (of_file(), of_file(format="literal", infer_types=False)),
    "expected.rows": (of_expected(), of_expected(rows=[])),
    "expected.column": (of_expected(), of_expected(column="probability", expected_column="digit")),
    "expected.expected_column": (of_expected(accuracy={}), of_expected(accuracy={}, expected_column="file")),
    "expected.accuracy": (of_expected(), of_expected(accuracy={})),
    "expected.accuracy.min": (of_expected(accuracy={"min": 0.5}), of_expected(accuracy={"min": 0.6})),
    "expected.error_rate": (of_expected(), of_expected(error_rate={})),
    "expected.error_rate.max": (of_expected(error_rate={"max": 0.5}), of_expected(error_rate={"max": 0.4})),
    "expected.mean_absolute_error": (of_expected(), of_expected(mean_absolute_error={})),
    "expected.mean_absolute_error.max": (
        of_expected(mean_absolute_error={"max": 4}),
        of_expected(mean_absolute_error={"max": 3}),
    ),
    **{
        f"expected.{metric}.{name}": (
            {**of_other(), **of_expected(**{metric: {name: 1}})},
            {**of_other(), **of_expected(**{metric: {name: 0}})},
        )
        for metric, name in (
            ("accuracy", "max_loss"),
            ("error_rate", "max_rise"),
            ("mean_absolute_error", "max_rise"),
        )
    },
}


def options_of(arguments: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, about in arguments.items():
        yield f"{above}{name}"
        yield from options_of(about.get("options", {}), f"{above}{name}.")


def test_every_option_has_an_effect_below() -> None:
    """How a job is found is tested with that; what a report does, above."""
    named = {f"{above}{name}" for above in ("", "compare_to.") for name in lookup_options()} | {"report"}
    assert set(options_of(CheckJob().spec().arguments)) - named == set(EFFECTS)


@pytest.fixture
def without_service(monkeypatch: pytest.MonkeyPatch, storage: Storage, tmp_path: Path) -> None:
    """The jobs today and before, whose rows are in the storage of the test."""
    storage.blobs = {"scores/today.csv": ROWS.replace(b"0.99", b"0.90"), "scores/before.csv": OTHER_ROWS}
    (tmp_path / "truth.csv").write_text(TRUTH_FILE)
    monkeypatch.chdir(tmp_path)

    def find(job: Job, output: str, *_rest: Any) -> OutputLocation:
        if output != "score":
            raise AzureMLError(f"no output {output}")
        place = DatastorePath("store", f"scores/{job.name}.csv")
        return OutputLocation(place, storage, list_files(storage, place.path))  # type: ignore[arg-type] # the test's storage

    def one(_workspace: Any, _datastores: Any, options: dict[str, Any], _within: str = "") -> Job:
        return parse_job(ended(options["name"]).body)

    monkeypatch.setattr(check_job, "ended_job", one)
    monkeypatch.setattr(check_job, "find_output", find)


@pytest.mark.parametrize("option", EFFECTS)
@pytest.mark.usefixtures("without_service")
def test_an_option_makes_a_difference(run: Run, option: str) -> None:
    found = []
    for task in EFFECTS[option]:
        out = run(batch_job_check, {"name": "today", "columns": NAMES, **task})
        found.append((out.result.get("batch_job_check"), out.result.get("msg"), out.warnings[:]))
    assert found[0] != found[1]
