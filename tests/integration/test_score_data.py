"""The role batch_score as data in, data out: a local folder, the rows handed on, a failure tried again."""

from __future__ import annotations

from typing import Any

import pytest

from .plays import Played
from .stories import BLUE_ROWS, ENDPOINT, FILES, score


@pytest.mark.as_module
def test_one_variable_file_scores_a_local_folder_and_gives_its_rows(play, deployed):
    job = {
        "key": "ticket 7",
        "inputs": {"pages": {"path": str(FILES / "pages")}},
        "rows": {"columns": ["page", "words"], "types": {"words": "float"}},
    }
    first = play("mlops.azureml.score", **score(job)).well()
    [fetched] = [
        one.result["batch_job_results"] for one in first.results if "Fetch" in one.task and one.outcome == "ok"
    ]
    assert {row["page"]: row["words"] for row in fetched["rows"]} == BLUE_ROWS
    assert all(isinstance(row["words"], float) for row in fetched["rows"])

    deployed.forget()
    second = play("mlops.azureml.score", **score(job)).well()
    assert second.changed == []
    assert deployed.writes == []
    assert handed_on(second)["results"] == [fetched]


def test_a_failed_job_is_tried_again_when_the_role_may(play, deployed, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    nowhere = {"pages": {"path": "azureml://datastores/workspaceblobstore/paths/none"}}
    broken = {"name": "retried", "inputs": nowhere, "missing_input": "warn"}
    failed = play("mlops.azureml.score", **score(broken))
    assert "cannot be mounted" in failed.message
    again = play("mlops.azureml.score", **score(broken))
    assert "It is the job named 'retried'" in again.message

    mended = {"name": "retried", "inputs": {"pages": {"path": deployed.pages}}, "resubmit": "on_failure"}
    done = play("mlops.azureml.score", **score(mended)).well()
    assert len(done.changed) == 1
    assert len(deployed.invokes) == 2
    assert play("mlops.azureml.score", **score(mended)).well().changed == []


def test_always_starts_one_more_on_each_run(play, deployed):
    job = {"name": "each", "inputs": {"pages": {"path": deployed.pages}}, "resubmit": "always"}
    for number in (1, 2, 3):
        done = play("mlops.azureml.score", **score(job)).well()
        [ended] = [
            one.result["batch_job"] for one in done.results if "Wait for the end" in one.task and one.outcome == "ok"
        ]
        assert (ended["attempt"], ended["status"], ended["endpoint_name"]) == (number, "Completed", ENDPOINT)
    assert len(deployed.invokes) == 3


@pytest.mark.as_module
def test_a_job_that_fails_leaves_the_others_their_results(play, deployed, tmp_path):
    """And check mode reads the results of a job that has completed. Two jobs are files for az ml, or maps like them."""
    nowhere = {"pages": {"path": "azureml://datastores/workspaceblobstore/paths/none"}}
    (tmp_path / "inputs.yml").write_text(f"inputs: {{pages: {{type: uri_folder, path: '{deployed.pages}'}}}}\n")
    good = {"name": "good", "definition": str(tmp_path / "inputs.yml"), "dest": str(tmp_path / "good"), "rows": {}}
    good["check"] = {"min_rows": len(BLUE_ROWS), "report": str(tmp_path / "good.html")}
    jobs = [
        {"name": "absent", "inputs": {"pages": {"path": "azureml:none:1"}}},
        {"name": "broken", "definition": {"inputs": nowhere}, "missing_input": "warn", "logs": {"kind": ["system"]}},
        good,
    ]
    played = play("mlops.azureml.score", **score(*jobs))
    assert played.status != 0
    assert "absent: " in played.message
    assert "there is no data asset 'azureml:none:1'" in played.message
    assert "broken: " in played.message
    assert "good: " not in played.message
    returned = handed_on(played)
    assert [one["name"] for one in returned["jobs"]] == ["broken", "good"]
    assert len(returned["results"]) == 1
    assert {row[0]: int(row[1]) for row in returned["results"][0]["rows"]} == BLUE_ROWS
    assert (tmp_path / "good" / "words.csv").is_file()
    assert [one["passed"] for one in returned["checks"]] == [True]
    assert "words.csv" in (tmp_path / "good.html").read_text()
    assert [one["status"] for one in returned["logs"]] == ["Failed"]

    deployed.forget()
    predicted = play("mlops.azureml.score", "--check", **score(good)).well()
    assert deployed.writes == []
    assert handed_on(predicted)["results"][0]["rows"] == returned["results"][0]["rows"]

    relative = play("mlops.azureml.score", **score({**good, "dest": "rows"}))
    assert "batch_score_jobs: rows is a relative path." in relative.message
    assert "Write an absolute path" in relative.message


def handed_on(played: Played) -> dict[str, Any]:
    passed = next(one.result for one in played.results if "Pass the results on" in one.task)
    return dict(passed["ansible_stats"]["data"]["batch_score_result"])
