"""The playbook score: every way to name data and places, the right rows, and no job started twice."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from .plays import Played
from .stories import BLUE_ROWS, DATA, FILES, GREEN_ROWS, deploy, job, score

ROLE = "mlops.azureml.batch_score"


def start(name: str) -> str:
    return f"{ROLE} : Start the jobs ({name})"


def followed(played: Played, name: str) -> dict[str, Any]:
    """The job as the task that waits for it returned it, without its times."""
    job = played.result(f"{ROLE} : Wait for the end of the jobs", name)["batch_job"]
    return {key: value for key, value in job.items() if key != "timeline"}


def rows(folder: Path, file: str = "words.csv") -> dict[str, int]:
    """What the scoring script said of each page."""
    with (folder / file).open() as lines:
        return {page: int(words) for page, words in csv.reader(lines)}


def test_a_local_folder_is_registered_scored_and_fetched_once(play, workspace, tmp_path):
    desired = {**deploy(), **score(job("local", dest=str(tmp_path / "rows")), batch_score_data=[DATA])}
    first = play("mlops.azureml.deploy_and_score", **desired).well()
    assert [change for change in first.changed if ROLE in change] == [
        f"{ROLE} : Register data (pages)",
        start("local"),
        f"{ROLE} : Fetch the predictions (local)",
    ]
    assert rows(tmp_path / "rows") == BLUE_ROWS

    workspace.forget()
    second = play("mlops.azureml.deploy_and_score", **desired).well()
    assert second.changed == []
    assert workspace.writes == []
    assert followed(first, "local") == followed(second, "local")


def test_jobs_go_by_data_deployment_and_place_as_they_name_them(play, deployed, tmp_path):
    place = "azureml://datastores/workspaceblobstore/paths/words/of/green/counted.csv"
    jobs = [
        job("version", "azureml:pages:1"),
        job("latest", "azureml:pages@latest"),
        job("files", str(FILES / "pages")),
        job("cloud", deployed.pages, output_file_name="renamed.csv"),
        job("article", deployed.pages, api_generation="2021", output="score"),
        job("green", deployment_name="green", outputs={"any": {"type": "uri_file", "path": place}}),
    ]
    for each in jobs:
        each["dest"] = str(tmp_path / each["name"])
    played = play("mlops.azureml.score", **score(*jobs)).well()

    assert rows(tmp_path / "version") == BLUE_ROWS
    assert rows(tmp_path / "latest") == BLUE_ROWS
    assert rows(tmp_path / "files") == BLUE_ROWS
    assert rows(tmp_path / "cloud", "renamed.csv") == BLUE_ROWS
    assert rows(tmp_path / "article") == BLUE_ROWS
    assert rows(tmp_path / "green", "counted.csv") == GREEN_ROWS
    assert followed(played, "green")["outputs"] == {"score": {"path": place}}
    assert [followed(played, each["name"])["deployment_name"] for each in jobs] == ["blue"] * 5 + ["green"]


def test_a_job_without_a_name_is_started_on_each_run_and_writes_beside_the_others(play, deployed):
    jobs = []
    for _time in range(2):
        played = play("mlops.azureml.score", **score(job(None))).well()
        [started] = [one for one in played.results if "Start" in one.task]
        assert started.changed
        jobs.append(followed(played, started.item))
    assert len(deployed.invokes) == 2
    assert jobs[0]["name"] != jobs[1]["name"]
    assert jobs[0]["outputs"] != jobs[1]["outputs"]


def test_check_mode_starts_nothing_in_an_empty_workspace(play, workspace, tmp_path):
    desired = {**deploy(), **score(job("checked", dest=str(tmp_path / "rows")), batch_score_data=[DATA])}
    predicted = play("mlops.azureml.deploy_and_score", "--check", **desired).well()
    assert workspace.writes == []
    assert start("checked") in predicted.changed


def test_a_job_is_predicted_started_left_alone_and_followed_later(play, deployed, tmp_path):
    desired = score(job("later", dest=str(tmp_path / "rows")), batch_score_wait=False)
    predicted = play("mlops.azureml.score", "--check", "--diff", **desired).well()
    assert deployed.writes == []

    done = play("mlops.azureml.score", "--diff", **desired).well()
    assert predicted.changed == done.changed == [start("later")]
    assert predicted.diffs == done.diffs
    assert not (tmp_path / "rows").exists()

    play("mlops.azureml.score", **{**desired, "batch_score_wait": True}).well()
    assert rows(tmp_path / "rows") == BLUE_ROWS
    assert len(deployed.invokes) == 1


def test_a_survey_describes_one_job_by_flat_variables_and_more_as_text(play, deployed, tmp_path):
    flat = {
        "batch_score_endpoint_name": "words-batch",
        "batch_score_input": deployed.pages,
        "batch_score_key": "survey/1",
        "batch_score_max_failed_items": "0",
        "batch_score_dest": str(tmp_path / "flat"),
    }
    play("mlops.azureml.score", **flat).well()
    wait = {"batch_score_endpoint_name": "words-batch", "batch_score_input": deployed.pages, "awx_workflow_job_id": 7}
    for waits in (False, True):  # two nodes of a workflow
        play("mlops.azureml.score", **wait, batch_score_wait=waits).well()
    as_text = {"batch_score_jobs_json": json.dumps([job("as-text", deployed.pages, dest=str(tmp_path / "text"))])}
    play("mlops.azureml.score", batch_score_endpoint_name="words-batch", **as_text).well()
    assert rows(tmp_path / "flat") == rows(tmp_path / "text") == BLUE_ROWS
    assert len(deployed.invokes) == 3
