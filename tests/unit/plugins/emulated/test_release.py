# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases and rollbacks: what becomes of the default deployment, of the records, and of old deployments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._operations.release_info import ReleaseInfo
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.release_bench import (
    CANDIDATE,
    CHECK,
    FORMER,
    GOOD,
    RECORDS,
    ReleaseBench,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import ENDPOINT

OTHER = {**GOOD, "four": 5}
OTHER_TWO = {**GOOD, "four": 5, "three": 6}


@pytest.fixture
def bench(opened: Open, monkeypatch: pytest.MonkeyPatch) -> ReleaseBench:
    def prepare(storage: Any) -> None:
        monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
        monkeypatch.setattr(wait, "jittered", lambda seconds: seconds)

    return ReleaseBench.of(opened(job_course="Completed"), prepare)


# -- a release ---------------------------------------------------------------------------------------------------------


def test_a_candidate_that_passes_becomes_the_default_deployment(bench: ReleaseBench) -> None:
    done = bench.release()
    assert done.message == ""
    assert bench.default == CANDIDATE
    [record] = bench.records.values()
    assert (record["status"], record["former"], record["deployment"]) == ("released", FORMER, CANDIDATE)
    assert set(record["jobs"]) == set(record["checks"]) | {"former"} == {"candidate", "former", "endpoint"}
    assert [job.deployment for job in bench.jobs].count(CANDIDATE) == 2


def test_a_second_run_writes_nothing(bench: ReleaseBench) -> None:
    assert bench.release().message == ""
    before = dict(bench.storage.notes)
    bench.strike.calls.clear()
    again = bench.release()
    assert not again.changed
    writes = [call for call in bench.strike.calls if call.split()[0] in ("PUT", "PATCH", "POST", "DELETE")]
    assert writes == []
    assert bench.storage.notes == before


def test_a_second_candidate_run_writes_nothing(bench: ReleaseBench) -> None:
    assert bench.task("candidate").changed
    before = dict(bench.storage.notes)
    assert not bench.task("candidate").changed
    assert not bench.task("started").changed
    assert bench.storage.notes == before
    assert bench.default == FORMER


@pytest.mark.parametrize("rows", [None, {"one": 1, "two": 2}, OTHER], ids=["broken", "incomplete", "different"])
def test_a_candidate_that_fails_does_not_become_the_default(bench: ReleaseBench, rows: Any) -> None:
    bench.rows[CANDIDATE] = rows
    done = bench.release(check={**CHECK, "compare_to": {"max_changed_share": 0.2}})
    assert "The default deployment was not changed." in done.message
    assert bench.default == FORMER
    [record] = bench.records.values()
    assert record["status"] == "failed"
    assert record["reason"] in done.message
    assert len(bench.jobs) == 2  # nothing was scored through the endpoint


TRUTH = [{"page": page, "words": words} for page, words in GOOD.items()]
ACCURATE = {"rows": TRUTH, "column": "words", "accuracy": {"min": 0.7, "max_loss": 0.0}}


@pytest.mark.parametrize(
    ("rows", "limit", "why"),
    [
        pytest.param(GOOD, {}, "", id="better"),
        pytest.param(OTHER, {}, "", id="equal"),
        pytest.param(OTHER_TWO, {}, "accuracy", id="worse"),
        pytest.param(None, {}, "failed", id="broken"),
        pytest.param({"one": 1, "two": 2}, {}, "missing", id="incomplete"),
        pytest.param(GOOD, {"max_duration": 50.0}, "max_duration", id="slow"),
    ],
)
def test_only_models_that_pass_become_the_default(
    bench: ReleaseBench, tmp_path: Path, rows: Any, limit: dict[str, Any], why: str
) -> None:
    report = tmp_path / "report.html"
    bench.rows |= {FORMER: OTHER, CANDIDATE: rows}
    bench.seconds[CANDIDATE] = 60.0
    check = {**CHECK, "compare_to": {"max_changed_share": 1.0}, "expected": ACCURATE, **limit}
    done = bench.release(check=check, report=str(report))
    assert bool(done.message) is bool(why), done.message
    assert why in done.message
    assert bench.default == (FORMER if why else CANDIDATE)
    page = report.read_text()
    assert ("Failed" in page) is bool(why)
    if why:
        assert f"The report is at {report}." in done.message
        assert next(iter(bench.records.values()))["reason"][:60] in page.replace("&#x27;", "'")


def test_rules_with_limits_decide(bench: ReleaseBench) -> None:
    bench.rows[CANDIDATE] = OTHER
    assert (
        "distance"
        in bench.release(check={**CHECK, "compare_to": {"max_changed_share": 1, "max_distance": 0.5}}).message
    )
    shares = [{"column": "words", "max_change": 0.1}]
    assert (
        "share_change"
        in bench.release(check={**CHECK, "compare_to": {"max_changed_share": 1, "shares": shares}}).message
    )
    assert bench.default == FORMER
    limits = {"max_changed_share": 0.5, "max_distance": 1, "shares": [{"column": "words", "max_change": 0.25}]}
    assert bench.release(check={**CHECK, "compare_to": limits}).message == ""
    assert bench.default == CANDIDATE


def test_whatever_fails_after_the_switch_is_undone_in_one_write(bench: ReleaseBench) -> None:
    bench.rows[CANDIDATE] = [GOOD, {"one": 1}]
    assert bench.task("candidate").message == ""
    bench.strike.calls.clear()
    done = bench.task("released")
    assert f"{FORMER} is the default deployment again." in done.message
    assert "missing" in done.message
    assert bench.default == FORMER
    assert bench.strike.calls.count(f"PUT batchEndpoints/{ENDPOINT}") == 2  # to the candidate, and back
    [record] = bench.records.values()
    assert record["status"] == "failed"


def test_the_first_release_has_nothing_to_compare_with(bench: ReleaseBench) -> None:
    bench.bench.send(
        "PUT", f"batchEndpoints/{ENDPOINT}", {"location": "eastus", "properties": {"authMode": "AADToken"}}
    )
    assert bench.default is None
    limits = {"max_changed_share": 0, "max_distance": 0}
    assert bench.release(check={**CHECK, "compare_to": limits}).message == ""
    assert bench.default == CANDIDATE
    assert {job.deployment for job in bench.jobs} == {CANDIDATE}
    assert "nothing to go back to" in bench.rollback().message
    assert bench.default == CANDIDATE


def test_a_first_release_that_fails_after_the_switch_leaves_no_default_as_before(bench: ReleaseBench) -> None:
    bench.bench.send(
        "PUT", f"batchEndpoints/{ENDPOINT}", {"location": "eastus", "properties": {"authMode": "AADToken"}}
    )
    bench.rows[CANDIDATE] = [GOOD, {}]
    assert "No deployment is the default deployment again." in bench.release().message
    assert bench.default is None


def test_without_comparison_the_default_deployment_is_not_scored(bench: ReleaseBench) -> None:
    bench.rows[FORMER] = None
    assert "failed" in bench.release().message
    assert bench.release(compare=False).message == ""
    assert bench.default == CANDIDATE


# -- what changed in between -------------------------------------------------------------------------------------------


def _settings(bench: ReleaseBench) -> None:
    bench.deploy(CANDIDATE, miniBatchSize=77)


def _rows(bench: ReleaseBench) -> None:
    [name] = [name for name in bench.storage.blobs if "-candidate" in name]
    bench.storage.blobs[name] = b"one,1\ntwo,2\n"


def _default(bench: ReleaseBench) -> None:
    bench.deploy("blue")
    properties = {"authMode": "AADToken", "defaults": {"deploymentName": "blue"}}
    bench.bench.send("PUT", f"batchEndpoints/{ENDPOINT}", {"location": "eastus", "properties": properties})


@pytest.mark.parametrize("change", [_settings, _rows, _default])
def test_the_switch_refuses_what_changed_since_the_trial(
    bench: ReleaseBench, change: Callable[[ReleaseBench], None]
) -> None:
    assert bench.task("candidate").message == ""
    change(bench)
    before = bench.default
    bench.strike.calls.clear()
    done = bench.task("released")
    assert done.message
    assert bench.default == before
    assert f"PUT batchEndpoints/{ENDPOINT}" not in bench.strike.calls


def test_other_rules_are_another_verdict(bench: ReleaseBench) -> None:
    assert bench.task("candidate").message == ""
    done = bench.task("released", check={**CHECK, "min_rows": 2})
    assert "another result" in done.message
    assert bench.default == FORMER


def test_a_switch_needs_a_candidate(bench: ReleaseBench) -> None:
    assert "no candidate with this content" in bench.task("released").message
    assert bench.task("candidate", content="other").message == ""
    assert "no candidate with this content" in bench.task("released").message
    assert bench.default == FORMER


def test_the_default_deployment_is_no_candidate(bench: ReleaseBench) -> None:
    done = bench.task("started", deployment_name=FORMER)
    assert "has to be another deployment" in done.message
    assert bench.records == {}


# -- one at a time -----------------------------------------------------------------------------------------------------


def lease(bench: ReleaseBench, release: str) -> None:
    """What a killed run leaves."""
    content = {"release": release, "author": "Ada", "seconds": 600, "run": "x"}
    bench.storage.notes[f"{RECORDS}lease.json"] = (json.dumps(content), {})


def test_another_release_waits_for_the_lease_until_it_expires(bench: ReleaseBench) -> None:
    lease(bench, "0009-other")
    done = bench.task("candidate")
    assert "0009-other by Ada has the lease for 600 seconds at most" in done.message
    assert bench.records == {}
    bench.storage.age = 601.0
    assert bench.task("candidate").message == ""


def test_the_same_release_takes_over_its_lease(bench: ReleaseBench) -> None:
    lease(bench, "0001-abcdef")
    assert bench.task("candidate").message == ""


def test_without_records_nothing_is_written(bench: ReleaseBench) -> None:
    from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError

    bench.storage.broken = ServiceError("no access", status=403, error={"code": "AuthorizationFailure"})
    bench.strike.calls.clear()
    done = bench.release()
    assert "The records of the releases in the default datastore cannot be used" in done.message
    assert [call for call in bench.strike.calls if call.split()[0] in ("PUT", "DELETE", "PATCH")] == []


# -- retiring ----------------------------------------------------------------------------------------------------------


def _series(bench: ReleaseBench, count: int, **options: Any) -> list[str]:
    names = [f"v{number}" for number in range(1, count + 1)]
    for name in names:
        bench.deploy(name)
        assert bench.release(deployment_name=name, content=f"{name}-content", **options).message == ""
    return names


def test_what_is_older_than_the_last_releases_is_deleted(bench: ReleaseBench) -> None:
    bench.deploy("manual")
    _series(bench, 5, keep=2)
    assert bench.deployments == {"v5", "v4", "manual", CANDIDATE}
    assert bench.default == "v5"


def test_the_one_to_go_back_to_is_kept_even_with_one_release(bench: ReleaseBench) -> None:
    _series(bench, 3, keep=1)
    assert bench.deployments == {"v3", "v2", CANDIDATE}
    assert bench.rollback().message == ""
    assert bench.default == "v2"


def test_one_with_a_job_under_way_is_kept(bench: ReleaseBench) -> None:
    names = _series(bench, 2, keep=5)
    bench.jobs[0].status, bench.jobs[0].deployment = "Running", FORMER
    bench.deploy("v3")
    done = bench.release(deployment_name="v3", content="v3-content", keep=1)
    assert done.message == ""
    assert any(FORMER in warning for warning in done.warnings)
    assert FORMER in bench.deployments
    assert names[0] not in bench.deployments


def test_a_full_endpoint_retires_first_or_fails_before_the_first_write(bench: ReleaseBench) -> None:
    for number in range(18):
        bench.deploy(f"manual{number}")
    assert len(bench.deployments) == 20
    before = dict(bench.storage.notes)
    done = bench.task("started", deployment_name="new", content="new")
    assert "has 20 deployments, the service allows 20, and 0 of them may be retired" in done.message
    assert bench.storage.notes == before
    for name in ("manual1", "manual2", "manual3"):
        assert bench.release(deployment_name=name, content=name, keep=9).message == ""
    done = bench.task("started", deployment_name="new", content="new", keep=1)
    assert done.message == ""
    assert len(bench.deployments) == 19
    assert "manual3" in bench.deployments
    assert "manual2" in bench.deployments
    assert FORMER not in bench.deployments


@pytest.mark.parametrize("on_failure", ["keep", "delete"])
def test_a_failed_candidate_is_kept_or_deleted(bench: ReleaseBench, on_failure: str) -> None:
    assert bench.task("started", deployment_name="new", content="new").message == ""
    bench.deploy("new")
    bench.rows["new"] = None
    done = bench.task("candidate", deployment_name="new", content="new", on_failure=on_failure)
    assert "failed" in done.message
    assert ("new" in bench.deployments) is (on_failure == "keep")


def test_one_that_existed_before_is_not_deleted(bench: ReleaseBench) -> None:
    bench.rows[CANDIDATE] = None
    assert bench.release(on_failure="delete").message
    assert CANDIDATE in bench.deployments


# -- going back --------------------------------------------------------------------------------------------------------


def test_a_rollback_goes_back_once_and_is_recorded(bench: ReleaseBench) -> None:
    assert bench.release().message == ""
    bench.strike.calls.clear()
    done = bench.rollback()
    assert done.message == ""
    assert bench.default == FORMER
    assert bench.strike.calls.count(f"PUT batchEndpoints/{ENDPOINT}") == 1
    assert [(one["kind"], one["status"]) for one in bench.records.values()] == [
        ("release", "rolled_back"),
        ("rollback", "released"),
    ]
    assert not bench.rollback().changed
    assert bench.default == FORMER


def test_a_rollback_whose_target_fails_keeps_the_default(bench: ReleaseBench) -> None:
    assert bench.release().message == ""
    bench.rows[FORMER] = {}
    done = bench.rollback()
    assert "The default deployment was not changed." in done.message
    assert bench.default == CANDIDATE
    assert list(bench.records.values())[-1]["status"] == "failed"


def test_a_named_release_must_have_been_the_default_and_exist(bench: ReleaseBench) -> None:
    _series(bench, 3, keep=9)
    assert "was never the default deployment" in bench.rollback(to=CANDIDATE).message
    bench.bench.send("DELETE", f"batchEndpoints/{ENDPOINT}/deployments/v2")
    assert "v2 does not exist any more. Name one of v1, green in to." in bench.rollback().message
    assert bench.rollback(to="0001-v1-conte").message == ""
    assert bench.default == "v1"
    assert bench.rollback(to=FORMER).message == ""
    assert bench.default == FORMER


def test_the_same_content_can_be_released_again_after_a_rollback(bench: ReleaseBench) -> None:
    assert bench.release().message == ""
    assert bench.rollback().message == ""
    assert bench.release().message == ""
    assert bench.default == CANDIDATE
    assert len(bench.records) == 3


# -- check mode, report, records ---------------------------------------------------------------------------------------


def test_check_mode_says_what_a_run_does_and_writes_nothing(bench: ReleaseBench, tmp_path: Path) -> None:
    _series(bench, 3, keep=9)
    before, jobs = dict(bench.storage.notes), len(bench.jobs)
    report = tmp_path / "report.html"
    options = {"keep": 1, "report": str(report)}
    started = bench.task("started", check_mode=True, **options)
    assert started.values["batch_release"]["retired"] == [FORMER, "v1", "v2"]
    assert bench.task("candidate", check_mode=True, **options).changed
    assert bench.rollback(check_mode=True).changed
    assert (bench.storage.notes, len(bench.jobs), report.exists()) == (before, jobs, False)
    assert bench.default == "v3"
    done = bench.release(**options)
    assert done.values["batch_release"]["retired"] == [FORMER, "v1", "v2"]


def test_the_report_shows_both_and_is_restored(bench: ReleaseBench, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    bench.rows[CANDIDATE] = OTHER_TWO
    assert bench.release(report=str(report)).message == ""
    page = report.read_text()
    for text in ("Released", "Numbers that differ most", "Predictions", f"after {FORMER}", "What changed"):
        assert text in page
    report.unlink()
    again = bench.task("released", report=str(report))
    assert again.changed
    assert report.read_text() == page


def test_all_records_are_listed(bench: ReleaseBench) -> None:
    bench.rows[CANDIDATE] = None
    assert bench.release().message
    bench.rows[CANDIDATE] = GOOD
    assert bench.release().message == ""

    def listed(**options: Any) -> list[tuple[str, str]]:
        done = bench.bench.run(ReleaseInfo(), {"endpoint_name": ENDPOINT, **options})
        assert done.message == ""
        return [(one["id"], one["status"]) for one in done.values["batch_releases"]]

    both = [("0002-abcdef", "released"), ("0001-abcdef", "failed")]
    assert listed() == both
    assert listed(last=1) == both[:1]
    assert listed(status=["failed"]) == both[1:]
    assert listed(name="0001-abcdef") == both[1:]
    assert listed(deployment_name="none") == []


def test_options_that_the_release_chooses_are_refused(bench: ReleaseBench) -> None:
    assert "the release itself chooses key" in bench.task("started", smoke={"key": "x"}).message
    assert "the release itself chooses report" in bench.task("started", check={"report": "x"}).message
    assert "colums. Supported parameters include" in bench.task("started", check={"colums": []}).message
    assert "keep: 0 is not possible" in bench.task("started", keep=0).message
