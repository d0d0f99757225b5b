"""The playbook score: every way to name data and places, the right rows, and no job started twice."""

from __future__ import annotations

import csv
from pathlib import Path

from .stories import BLUE_ROWS, GREEN_ROWS, deploy, job, score

REGISTER = "mlops.azureml.batch_score : Register data (pages)"
START = "mlops.azureml.batch_score : Start the jobs ({})"
FETCH = "mlops.azureml.batch_score : Fetch the predictions ({})"


def rows(folder: Path, file: str = "words.csv") -> dict[str, int]:
    """What the scoring script said of each page."""
    with (folder / file).open() as lines:
        return {page: int(words) for page, words in csv.reader(lines)}


def test_a_local_folder_is_registered_scored_and_fetched_once(play, deployed, tmp_path):
    wanted = score(job("local", dest=str(tmp_path / "predictions")))
    first = play("mlops.azureml.score", **wanted).well()
    assert first.changed == [REGISTER, START.format("local"), FETCH.format("local")]
    assert rows(tmp_path / "predictions") == BLUE_ROWS

    deployed.forget()
    second = play("mlops.azureml.score", **wanted).well()
    assert second.changed == []
    assert deployed.writes == []
    assert second.result("mlops.azureml.batch_score : Follow the jobs to their end", "local")["batch_job"] == (
        first.result("mlops.azureml.batch_score : Follow the jobs to their end", "local")["batch_job"]
    )


def test_data_is_named_by_version_by_label_and_by_its_place_in_the_cloud(play, deployed, tmp_path):
    registered = play("mlops.azureml.score", **score(job("version", "azureml:pages:1", dest=str(tmp_path / "version")))).well()
    place = registered.result("mlops.azureml.batch_score : Register data", "pages")["data"]["path"]
    jobs = [job("latest", "azureml:pages@latest", dest=str(tmp_path / "latest")), job("cloud", place, dest=str(tmp_path / "cloud"))]
    played = play("mlops.azureml.score", **score(*jobs)).well()

    assert [rows(tmp_path / name) for name in ("version", "latest", "cloud")] == [BLUE_ROWS] * 3
    followed = played.result("mlops.azureml.batch_score : Follow the jobs to their end", "latest")
    assert followed["batch_job"]["inputs"]["pages"]["path"].endswith("/data/pages/versions/1")


def test_jobs_go_to_the_deployment_and_to_the_place_that_they_name(play, deployed, tmp_path):
    place = "azureml://datastores/workspaceblobstore/paths/words/of/green/counted.csv"
    jobs = [
        job("to-green", deployment_name="green", dest=str(tmp_path / "green"), outputs={"any": {"type": "uri_file", "path": place}}),
        job("to-default", dest=str(tmp_path / "blue"), output_file_name="renamed.csv"),
    ]
    played = play("mlops.azureml.score", **score(*jobs)).well()
    follow = "mlops.azureml.batch_score : Follow the jobs to their end"
    green, blue = (played.result(follow, name)["batch_job"] for name in ("to-green", "to-default"))

    assert (green["deployment_name"], blue["deployment_name"]) == ("green", "blue")
    assert green["outputs"] == {"score": {"path": place}}
    assert rows(tmp_path / "green", "counted.csv") == GREEN_ROWS
    assert rows(tmp_path / "blue", "renamed.csv") == BLUE_ROWS


def test_a_job_without_a_name_is_started_on_each_run_and_writes_beside_the_others(play, deployed, tmp_path):
    wanted = score(job(None, dest=str(tmp_path / "predictions")))
    follow = "mlops.azureml.batch_score : Follow the jobs to their end"
    told = []
    for _ in range(2):
        played = play("mlops.azureml.score", **wanted).well()
        [started] = [one for one in played.told if one.task == follow and one.outcome == "ok"]
        told.append(started.result["batch_job"])
        assert START.format(started.item) in played.changed
    assert len(deployed.invokes) == 2
    assert told[0]["name"] != told[1]["name"]
    assert told[0]["outputs"] != told[1]["outputs"]


def test_the_whole_way_in_one_playbook_and_again_without_a_change(play, workspace, tmp_path):
    wanted = {**deploy(), **score(job("whole", dest=str(tmp_path / "predictions")))}
    play("mlops.azureml.deploy_and_score", **wanted).well()
    assert rows(tmp_path / "predictions") == BLUE_ROWS

    workspace.forget()
    assert play("mlops.azureml.deploy_and_score", **wanted).well().changed == []
    assert workspace.writes == []


def test_check_mode_starts_nothing_in_an_empty_workspace(play, workspace, tmp_path):
    wanted = {**deploy(), **score(job("checked", dest=str(tmp_path / "predictions")))}
    predicted = play("mlops.azureml.deploy_and_score", "--check", **wanted)
    assert predicted.status == 0, predicted.output
    assert workspace.writes == []
    assert START.format("checked") in predicted.changed


def test_check_mode_predicts_the_job_and_starts_nothing(play, deployed):
    wanted = score(job("predicted"))
    predicted = play("mlops.azureml.score", "--check", "--diff", **wanted)
    assert predicted.status == 0, predicted.output
    assert deployed.writes == []

    done = play("mlops.azureml.score", "--diff", **wanted).well()
    start = START.format("predicted")
    assert start in predicted.changed
    assert start in done.changed
    shown = [one.diff for played in (predicted, done) for one in played.told if one.changed and "Start" in one.task]
    assert shown[0] == shown[1]


def test_a_job_can_be_left_alone_and_followed_later(play, deployed, tmp_path):
    wanted = score(job("later", dest=str(tmp_path / "predictions")))
    play("mlops.azureml.score", **{**wanted, "batch_score_wait": False}).well()
    assert not (tmp_path / "predictions").exists()

    play("mlops.azureml.score", **wanted).well()
    assert rows(tmp_path / "predictions") == BLUE_ROWS
    assert len(deployed.invokes) == 1
