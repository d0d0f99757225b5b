"""The playbook deploy: what it creates, that it creates it once, and that check mode predicts that."""

from __future__ import annotations

from .stories import deploy

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
