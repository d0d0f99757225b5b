"""The playbook teardown: what it deletes, that it deletes it once, and what it leaves alone."""

from __future__ import annotations

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
