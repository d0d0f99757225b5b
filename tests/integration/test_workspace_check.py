"""The playbooks with ``azureml_check: true``: what is found stops them before the first write, and else they run."""

from __future__ import annotations

from .stories import DATA, deploy, job, score

CHECK = "mlops.azureml.workspace_check : Check the workspace"


def test_a_finding_stops_the_deployment_before_its_first_write(play, workspace):
    workspace.control.post("/emulator/policies", json={"quota_limits": "cores=3"}).raise_for_status()
    workspace.control.post("/emulator/clock", json={"skew_seconds": 600}).raise_for_status()
    try:
        done = play("mlops.azureml.deploy", azureml_check=True, **deploy())
    finally:
        workspace.control.post("/emulator/policies", json={"quota_limits": ""}).raise_for_status()
        workspace.control.post("/emulator/clock", json={"skew_seconds": 0}).raise_for_status()
    assert done.status != 0
    findings = done.result(CHECK)["workspace_check"]["findings"]
    assert [one["id"] for one in findings] == ["clock_skew", "quota_region"]
    assert "behind that of the service" in done.message
    assert all(one.path.endswith(("/diagnose", "/resources")) for one in workspace.writes)
    assert workspace.current == set()


def test_a_sound_workspace_is_deployed_to_and_scored_in(play, workspace):
    first = play("mlops.azureml.deploy", azureml_check=True, **deploy()).well()
    assert first.result(CHECK)["workspace_check"]["passed"] is True
    variables = score(job("checked", "azureml:pages@latest"), batch_score_data=[DATA])
    second = play("mlops.azureml.score", "--check", azureml_check=True, **variables)
    checked = second.result(CHECK)["workspace_check"]
    assert (checked["findings"], checked["unknown"]) == ([], [])
