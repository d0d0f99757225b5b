"""The role retention: on a workspace of today nothing is old enough, and everything says why it stays."""

from __future__ import annotations

RULES = [
    {"kind": "deployment", "keep_newest": 0},
    {"kind": "model", "keep_newest": 0, "action": "delete"},
    {"kind": "job", "keep_younger_than": "1d", "action": "delete"},
    {"kind": "upload"},
]


def test_nothing_young_or_used_is_deleted(play, deployed):
    played = play("mlops.azureml.retention", batch_retention_rules=RULES).well()
    assert (played.changed, deployed.writes) == ([], [])
    result = played.result("mlops.azureml.batch_retention : Delete or archive what is old and unused")
    kept = {one["title"]: one["reason"] for one in result["batch_retention"]["kept"]}
    assert kept["batch deployment words-batch/blue"] == "the default deployment of endpoint words-batch"
    assert "younger than 1 hour" in kept["batch deployment words-batch/green"]
    assert "younger than 1 hour" in kept["model words:1"]
    uploads = {reason for title, reason in kept.items() if title.startswith("upload ")}
    assert uploads == {"younger than 7 days"}
