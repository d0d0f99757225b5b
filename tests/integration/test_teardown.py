"""The playbook teardown: what it deletes, that it deletes it once, and what it leaves alone."""

from __future__ import annotations

import pytest

from .stories import ENDPOINT

TEARDOWN = {"batch_teardown_endpoint_name": ENDPOINT, "batch_teardown_computes": ["words-cluster"]}
DELETED = [
    "mlops.azureml.batch_teardown : Delete the endpoint with its deployments",
    "mlops.azureml.batch_teardown : Delete compute clusters (words-cluster)",
]
GONE = {
    f"batchEndpoints/{ENDPOINT}",
    f"batchEndpoints/{ENDPOINT}/deployments/blue",
    f"batchEndpoints/{ENDPOINT}/deployments/green",
    "computes/words-cluster",
}


def test_a_cluster_that_another_endpoint_uses_is_left(play, spoiled):
    """In check mode, too, where the endpoint itself is only predicted to be deleted."""
    other = {"name": "other-batch"}
    deployment = {
        "endpoint_name": "other-batch",
        "name": "only",
        "model": "azureml:words:1",
        "environment": "azureml:words-env:1",
        "code_configuration": {"code": "azureml:words-score:1", "scoring_script": "score.py"},
        "compute": "words-cluster",
    }
    play([{"mlops.azureml.batch_endpoint": other}, {"mlops.azureml.batch_deployment": deployment}]).well()
    spoiled.forget()
    predicted = play("mlops.azureml.teardown", "--check", **TEARDOWN)
    assert spoiled.writes == []
    done = play("mlops.azureml.teardown", **TEARDOWN)
    for played in (predicted, done):
        assert played.status != 0
        assert "compute words-cluster was not deleted, because it is in use" in played.message
        assert ": batch deployment other-batch/only. " in played.message
        passed = next(one.result for one in played.results if "Pass the result on" in one.task)
        result = passed["ansible_stats"]["data"]["batch_teardown_result"]
        assert result["deleted"] == [f"delete batch endpoint {ENDPOINT}"]
        assert list(result["left"]) == ["words-cluster"]
    assert "computes/words-cluster" in spoiled.current
    assert f"batchEndpoints/{ENDPOINT}" not in spoiled.current

    forced = play("mlops.azureml.teardown", **TEARDOWN, batch_teardown_force=True).well()
    assert forced.changed == DELETED[1:]


@pytest.mark.as_module
def test_the_endpoint_goes_with_its_deployments_and_the_cluster_goes_once(play, spoiled):
    before = spoiled.current
    predicted = play("mlops.azureml.teardown", "--check", "--diff", **TEARDOWN).well()
    assert spoiled.writes == []
    assert spoiled.current == before

    done = play("mlops.azureml.teardown", "--diff", **TEARDOWN).well()
    assert predicted.changed == done.changed == DELETED
    assert predicted.diffs == done.diffs
    assert before - spoiled.current == GONE

    spoiled.forget()
    assert play("mlops.azureml.teardown", **TEARDOWN).well().changed == []
    assert spoiled.writes == []
