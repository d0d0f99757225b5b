"""Schedules: PUT is an operation, only a disabled one can be deleted, nothing starts by itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

JOB = {"jobType": "Pipeline", "jobs": {}, "settings": {}}
CRON = {"triggerType": "Cron", "expression": "15 10 * * 1", "timeZone": "UTC"}


def body(**changes: Any) -> dict[str, Any]:
    action = {"actionType": "CreateJob", "jobDefinition": JOB}
    return {"properties": {"displayName": "weekly", "trigger": CRON, "action": action, **changes}}


def test_a_put_is_an_operation_and_shows_properties_only(workspace):
    answer = workspace.send("PUT", "schedules/weekly", body())
    assert answer.status_code == 201
    assert list(answer.json()) == ["properties"]
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.headers["Location"].partition("?")[0].endswith("/schedules/weekly")
    url = answer.headers["Azure-AsyncOperation"]
    assert re.search(rf"/mfeOperationsStatus/s:{workspace.settings.workspace_guid}:[\w-]{{43}}\?", url)
    running = workspace.follow(url).json()
    assert running["status"] == "Creating"
    assert "/mfeOperationResults/s:" in running["id"]
    workspace.wait()
    assert workspace.follow(url).json()["status"] == "Succeeded"
    shown = workspace.get("schedules/weekly")
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert shown["properties"]["isEnabled"] is True


def test_the_job_is_filled_in_as_the_version_has_it(workspace):
    workspace.done(workspace.send("PUT", "schedules/weekly", body()))
    job = workspace.get("schedules/weekly", api_version="2023-06-01-preview")["properties"]["action"]["jobDefinition"]
    assert (job["status"], job["experimentName"], job["sourceJobId"]) == ("NotStarted", "Default", None)
    assert "secretsConfiguration" in job
    older = workspace.get("schedules/weekly", api_version="2022-10-01-preview")["properties"]["action"]
    assert "notificationSetting" not in older["jobDefinition"]


def test_an_update_is_201_too_and_keeps_the_display_name(workspace):
    workspace.done(workspace.send("PUT", "schedules/weekly", body()))
    again = workspace.done(workspace.send("PUT", "schedules/weekly", body(displayName="other", isEnabled=False)))
    assert again.status_code == 201
    shown = workspace.get("schedules/weekly")["properties"]
    assert (shown["displayName"], shown["isEnabled"]) == ("weekly", False)


def test_the_list_hides_disabled_ones_and_begins_with_the_last_changed(workspace):
    for name in ("a", "b", "c"):
        workspace.done(workspace.send("PUT", f"schedules/{name}", body(isEnabled=name != "c")))
    workspace.done(workspace.send("PUT", "schedules/a", body()))

    def names(**query: str) -> list[str]:
        return [item["name"] for item in workspace.get("schedules", **query)["value"]]

    assert names() == ["a", "b"]
    assert names(listViewType="DisabledOnly") == ["c"]
    assert names(listViewType="All") == ["a", "c", "b"]
    assert workspace.send("GET", "schedules", listViewType="Some").status_code == 400


def test_only_a_disabled_one_is_deleted(workspace):
    workspace.done(workspace.send("PUT", "schedules/weekly", body()))
    answer = workspace.send("DELETE", "schedules/weekly")
    assert (answer.status_code, answer.content) == (202, b"null")
    assert "/mfeOperationResults/s:" in answer.headers["Location"]
    workspace.wait()
    failed = workspace.follow(answer.headers["Azure-AsyncOperation"])
    assert failed.status_code == 200
    assert failed.json()["error"] == {
        "code": "UserError",
        "message": "Cannot delete an active trigger weekly",
        "details": [],
        "additionalInfo": [],
    }
    workspace.done(workspace.send("PUT", "schedules/weekly", body(isEnabled=False)))
    workspace.done(workspace.send("DELETE", "schedules/weekly"))
    absent = workspace.send("GET", "schedules/weekly")
    assert (absent.status_code, absent.json()["error"]["message"]) == (404, "Resource Trigger weekly not found")
    assert workspace.send("DELETE", "schedules/weekly").status_code == 204


def test_a_trigger_answers_a_submission(workspace):
    workspace.done(workspace.send("PUT", "schedules/weekly", body()))
    answer = workspace.send("POST", "schedules/weekly/trigger", {"scheduleTime": "2024-02-21T10:44:08+00:00"}).json()
    assert answer["scheduleActionType"] == "CreateJob"
    assert re.fullmatch(r"weekly-[0-9a-f-]{36}", answer["submissionId"])
    assert workspace.send("POST", "schedules/none/trigger").status_code == 404


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"trigger": {**CRON, "expression": "soon"}}, "cron expression"),
        ({"trigger": {"triggerType": "Recurrence", "frequency": "Day"}}, "interval"),
        ({"action": {"actionType": "CreateJob"}}, "Job Definition"),
    ],
)
def test_what_cannot_run_is_refused(workspace, changes, says):
    answer = workspace.send("PUT", "schedules/weekly", body(**changes))
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize("expression", ["15 10 * * 1", "0 */2 * * *", "*/5 8-18 1,15 * MON-FRI"])
def test_cron_expressions_are_taken(workspace, expression):
    assert workspace.send("PUT", "schedules/s1", body(trigger={**CRON, "expression": expression})).status_code == 201


def test_open_questions_are_switches(workspace):
    workspace.policy(invalid_cron="accepted", schedule_names="any")
    assert workspace.send("PUT", "schedules/a.b", body(trigger={**CRON, "expression": "soon"})).status_code == 201
    invoking = body(action={"actionType": "InvokeBatchEndpoint", "endpointInvocationDefinition": {"x": {}}})
    assert workspace.send("PUT", "schedules/s1", invoking).status_code == 201
    workspace.policy(schedule_invokes="refused")
    assert workspace.send("PUT", "schedules/s2", invoking).status_code == 400
