"""The playbook deploy: what it creates, that it creates it once, and that check mode predicts that."""

from __future__ import annotations

import yaml

from .stories import FILES, deploy

ON_FIRST_RUN = [
    "mlops.azureml.batch_deploy : Publish environments (words-env)",
    "mlops.azureml.batch_deploy : Publish scoring code (words-score)",
    "mlops.azureml.batch_deploy : Publish models (words)",
    "mlops.azureml.batch_deploy : Manage the endpoint",
    "mlops.azureml.batch_deploy : Manage compute clusters (words-cluster)",
    "mlops.azureml.batch_deploy : Manage deployments (blue)",
    "mlops.azureml.batch_deploy : Manage deployments (green)",
]


def test_check_mode_predicts_the_first_run_and_the_second_run_only_reads(play, workspace):
    predicted = play("mlops.azureml.deploy", "--check", "--diff", **deploy()).well()
    assert workspace.writes == []

    first = play("mlops.azureml.deploy", "--diff", **deploy()).well()
    assert predicted.changed == first.changed == ON_FIRST_RUN
    assert predicted.diffs == first.diffs

    workspace.forget()
    second = play("mlops.azureml.deploy", **deploy()).well()
    assert second.changed == []
    assert workspace.writes == []
    assert set(workspace.reads.values()) == {1}
    assert len(workspace.reads) == len(ON_FIRST_RUN)


def test_check_mode_predicts_an_update(play, spoiled):
    desired = deploy(batch_deploy_default="green")
    desired["batch_deploy_deployments"][0]["mini_batch_size"] = 7
    desired["batch_deploy_computes"][0]["max_instances"] = 5

    predicted = play("mlops.azureml.deploy", "--check", "--diff", **desired).well()
    assert spoiled.writes == []

    done = play("mlops.azureml.deploy", "--diff", **desired).well()
    assert predicted.changed == done.changed
    assert predicted.diffs == done.diffs
    assert done.diffs == [
        {
            "before": {"name": "words-cluster", "max_instances": 2},
            "after": {"name": "words-cluster", "max_instances": 5},
        },
        {"before": {"name": "blue", "mini_batch_size": 2}, "after": {"name": "blue", "mini_batch_size": 7}},
        {"before": {"name": "green", "set_default": False}, "after": {"name": "green", "set_default": True}},
    ]


def test_entries_may_be_definitions_pipelines_and_versions_of_one_model(play, workspace, tmp_path):
    """Without a warning, and once."""
    files = {
        "endpoint.yml": {"name": "mixed-batch", "description": "From a file"},
        "environment.yml": {
            "name": "words-env",
            "image": "library/python:3.11",
            "conda_file": str(FILES / "conda.yml"),
        },
        "step.yml": {
            "name": "count",
            "type": "command",
            "command": "ls",
            "environment": "azureml:words-env@latest",
        },
        "blue.yml": {
            "name": "blue",
            "endpoint_name": "mixed-batch",
            "model": "azureml:words:1",
            "environment": "azureml:words-env@latest",
            "compute": "azureml:words-cluster",
            "code_configuration": {"code": str(FILES / "score"), "scoring_script": "score.py"},
            "settings": {"error_threshold": 0, "mini_batch_size": 3},
        },
    }
    for name, content in files.items():
        (tmp_path / name).write_text(yaml.safe_dump(content))
    pages = FILES / "pages"
    desired = {
        "batch_deploy_endpoint": {"definition": str(tmp_path / "endpoint.yml")},
        "batch_deploy_computes": [{"name": "words-cluster", "size": "Standard_DS3_v2"}],
        "batch_deploy_environments": [{"definition": str(tmp_path / "environment.yml")}],
        "batch_deploy_models": [
            {"name": "words", "version": str(version), "path": str(path)}
            for version, path in enumerate((FILES / "times.txt", pages / "first.txt"), start=1)
        ],
        "batch_deploy_components": [{"definition": str(tmp_path / "step.yml")}],
        "batch_deploy_deployments": [
            {"definition": str(tmp_path / "blue.yml"), "description": "Beside the file"},
            {"name": "green", "model": "words:2", "environment": "words-env", "compute": "words-cluster"},
            {
                "name": "pipe",
                "type": "pipeline",
                "component": "count",
                "settings": {"default_compute": "words-cluster"},
            },
        ],
        "batch_deploy_default": "green",
    }
    play("mlops.azureml.deploy", "--check", **desired).well()
    assert workspace.writes == []
    done = play("mlops.azureml.deploy", **desired).well()
    passed = next(one.result for one in done.results if "Pass the results on" in one.task)
    result = passed["ansible_stats"]["data"]["batch_deploy_result"]
    blue, green, pipe = result["deployments"]
    assert (blue["name"], blue["description"], blue["mini_batch_size"]) == ("blue", "Beside the file", 3)
    assert [one["model"].partition("/models/")[2] for one in (blue, green)] == ["words/versions/1", "words/versions/2"]
    assert "/components/count/versions/" in pipe["component"]
    assert result["endpoint"]["defaults"]["deployment_name"] == "green"
    assert play("mlops.azureml.deploy", **desired).well().changed == []
