"""The role batch_score as data in, data out: a local folder, the rows handed on, a failure tried again."""

from __future__ import annotations

from .stories import BLUE_ROWS, ENDPOINT, FILES, score


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
    passed_on = next(one.result for one in second.results if "Pass the results on" in one.task)
    assert passed_on["ansible_stats"]["data"]["batch_score_result"]["results"] == [fetched]


def test_a_failed_job_is_tried_again_when_the_role_may(play, deployed, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    broken = {"name": "retried", "inputs": {"pages": {"path": "azureml://datastores/workspaceblobstore/paths/none"}}}
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
        [job] = [
            one.result["batch_job"] for one in done.results if "Wait for the end" in one.task and one.outcome == "ok"
        ]
        assert (job["attempt"], job["status"], job["endpoint_name"]) == (number, "Completed", ENDPOINT)
    assert len(deployed.invokes) == 3
