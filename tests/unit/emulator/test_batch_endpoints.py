"""Batch endpoints (batch contract 2, 3, 8, 9)."""

from __future__ import annotations

import pytest


def test_creation_is_accepted_and_routable_once_the_operation_has_ended(workspace):
    body = {"tags": {"t1": "v1"}, "properties": {"authMode": "aadToken", "properties": {"p1": "v1"}}}
    answer = workspace.endpoint(**body)
    shown = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == str(answer.request.url)
    assert answer.headers["x-ms-async-operation-timeout"] == "PT30M"
    url = answer.headers["Azure-AsyncOperation"]
    assert f"/mfeOperationsStatus/bebes:{workspace.settings.workspace_guid}:" in url
    assert 3500 < len(url) < 4500
    assert list(shown) == ["id", "name", "type", "properties", "systemData", "tags", "location"]
    assert shown["properties"] == {
        "description": None,
        "properties": {
            "p1": "v1",
            "BatchEndpointCreationApiVersion": "2024-10-01",
            "azureml.onlineendpointid": workspace.path("batchEndpoints/digits-ep"),
        },
        "scoringUri": None,
        "swaggerUri": None,
        "authMode": "AADToken",
        "defaults": {"deploymentName": None},
        "provisioningState": "Creating",
    }
    assert set(shown["systemData"]) == {"createdAt", "createdBy", "lastModifiedAt"}
    assert workspace.follow(url).json()["status"] == "Updating"
    workspace.done(answer)
    settled = workspace.get("batchEndpoints/digits-ep")
    changes = {"provisioningState": "Succeeded", "scoringUri": workspace.settings.scoring_uri("digits-ep")}
    assert settled == {**shown, "properties": {**shown["properties"], **changes}}


def test_the_status_of_an_operation_names_it_and_nothing_else(workspace):
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    path = url.partition("?")[0].removeprefix(workspace.settings.url("management"))
    assert workspace.follow(url).json() == {"id": path, "name": path.rsplit("/", 1)[1], "status": "Updating"}


@pytest.mark.parametrize(("policy", "status"), [("403", 403), ("404", 404)])
def test_an_altered_operation_url_is_refused(workspace, policy, status):
    workspace.policy(altered_operation_url=policy)
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    for altered in (url[:-1], url.partition("&t=")[0], url + "&x=1", url.replace("&s=", "&S=")):
        assert workspace.follow(altered).status_code == status
    assert workspace.follow(url).status_code == 200


def test_unsigned_urls_of_older_days(workspace):
    workspace.policy(signed_operation_urls="off")
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    assert url.endswith("?api-version=2024-10-01")
    assert workspace.follow(url).status_code == 200


def test_the_first_generation_answers_in_its_own_way(workspace):
    workspace.policy(generation="G1", signed_operation_urls="off")
    answer = workspace.endpoint()
    own = answer.json()["properties"]["properties"]
    assert own["AzureAsyncOperationUri"] == answer.headers["Azure-AsyncOperation"]
    assert own["azureml.onlineendpointid"].endswith("/workspaces/ws-emulator/onlineendpoints/digits-ep")
    assert "/mfeOperationsStatus/be:" in own["AzureAsyncOperationUri"]
    assert answer.json()["identity"]["type"] == "None"
    status = workspace.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert (status["percentComplete"], "endTime" in status) == (0.0, False)
    workspace.wait()
    assert workspace.follow(answer.headers["Azure-AsyncOperation"]).json()["percentComplete"] == 100.0
    workspace.done(workspace.send("DELETE", "batchEndpoints/digits-ep"))
    missing = workspace.send("GET", "batchEndpoints/digits-ep").json()["error"]
    assert (missing["code"], missing["details"][0]["code"]) == ("NotFound", "NoSuchEndpoint")


def test_the_innermost_code_tells_an_absent_endpoint(workspace):
    workspace.policy(absent_batch="provider")
    answer = workspace.send("GET", "batchEndpoints/nobody")
    body = answer.json()["error"]
    assert (answer.status_code, body["code"], body["details"]) == (404, "UserError", [])
    assert body["additionalInfo"][-1] == {
        "type": "InnerError",
        "info": {"value": {"code": "NotFound", "innerError": {"code": "EndpointNotFound", "innerError": None}}},
    }


def test_names_are_unique_in_the_region(workspace):
    answer = workspace.endpoint("taken")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("The specified endpoint name 'taken' is not available.")
    workspace.done(workspace.endpoint("mine"))
    assert workspace.endpoint("mine").status_code == 201
    workspace.done(workspace.send("DELETE", "batchEndpoints/mine"))
    assert workspace.endpoint("MINE").status_code == 201


@pytest.mark.parametrize("name", ["ab", "1abc", "a" * 33, "abc-", "a_b"])
def test_bad_names_are_refused(workspace, name):
    assert workspace.endpoint(name).status_code == 400


def test_empty_tags_are_refused_in_the_recorded_words(workspace):
    answer = workspace.endpoint(tags={"owner": ""})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "The Endpoint request provided has the following validation errors. Please resolve them and try again.\n"
        'Errors:\n[\n  {\n    "PropertyName": "Tags.Values[0]",\n'
        '    "ErrorMessage": "Tag values must not be null or empty.",\n    "AttemptedValue": "",\n'
        '    "ErrorCode": "PredicateValidator"\n  }\n]\n'
    )
    assert workspace.endpoint(tags={"owner": None}).status_code == 400
    assert workspace.send("GET", "batchEndpoints/digits-ep").status_code == 404


@pytest.mark.parametrize(("policy", "description", "tags"), [("reset", None, {}), ("kept", "d", {"a": "b"})])
def test_fields_left_out_of_a_put_are_reset_or_kept(workspace, policy, description, tags):
    workspace.policy(omitted_fields=policy, endpoint_description="changed")
    workspace.done(workspace.endpoint(tags={"a": "b"}, properties={"authMode": "AADToken", "description": "d"}))
    workspace.done(workspace.endpoint())
    shown = workspace.get("batchEndpoints/digits-ep")
    assert (shown["properties"]["description"], shown["tags"]) == (description, tags)


@pytest.mark.parametrize(("policy", "status"), [("200", 200), ("201", 201)])
def test_an_update_answers_as_the_policy_says(workspace, policy, status):
    workspace.policy(put_existing_status=policy)
    workspace.done(workspace.endpoint())
    answer = workspace.endpoint()
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (status, "Updating")
    assert answer.json()["properties"]["scoringUri"]


def test_own_keys_of_properties_cannot_be_removed(workspace):
    workspace.done(workspace.endpoint(properties={"authMode": "AADToken", "properties": {"p": "1"}}))
    echoed = workspace.get("batchEndpoints/digits-ep")
    refused = workspace.send("PUT", "batchEndpoints/digits-ep", echoed)
    assert (refused.status_code, "Properties.ScoringUri" in refused.text) == (400, True)
    workspace.policy(read_only_properties="ignored")
    workspace.done(workspace.send("PUT", "batchEndpoints/digits-ep", echoed))
    workspace.done(workspace.endpoint())
    assert workspace.get("batchEndpoints/digits-ep")["properties"] == echoed["properties"]


def test_the_default_must_name_an_existing_deployment(workspace):
    body = {"authMode": "AADToken", "defaults": {"deploymentName": "blue"}}
    assert workspace.endpoint(properties=body).status_code == 400
    workspace.policy(absent_default="stored")
    assert workspace.endpoint("other-ep", properties=body).json()["properties"]["defaults"] == {
        "deploymentName": "blue"
    }


def test_patch_takes_tags_and_leaves_the_rest(workspace):
    workspace.done(workspace.endpoint())
    change = {"tags": {"a": "b"}, "properties": {"description": "ignored"}}
    answer = workspace.send("PATCH", "batchEndpoints/digits-ep", change)
    assert (answer.status_code, answer.json()["tags"]) == (200, {"a": "b"})
    assert answer.json()["properties"]["description"] is None
    workspace.policy(patch_status="202", patch_unknown_keys="refused")
    assert workspace.send("PATCH", "batchEndpoints/digits-ep", change).status_code == 400
    answer = workspace.send("PATCH", "batchEndpoints/digits-ep", {"tags": {}})
    assert (answer.status_code, answer.content) == (202, b"")
    assert workspace.follow(answer.headers["Location"]).status_code == 202
    workspace.wait()
    assert workspace.follow(answer.headers["Location"]).status_code == 200


def test_a_delete_names_its_operation_in_two_urls(workspace):
    workspace.done(workspace.endpoint())
    answer = workspace.send("DELETE", "batchEndpoints/digits-ep")
    assert (answer.status_code, answer.content) == (202, b"null")
    status, result = answer.headers["Azure-AsyncOperation"], answer.headers["Location"]
    assert status.partition("?")[0] == result.partition("?")[0].replace("mfeOperationResults", "mfeOperationsStatus")
    assert status.partition("&s=")[2] != result.partition("&s=")[2]
    assert workspace.follow(status).json()["status"] == "Updating"
    workspace.done(answer)
    assert workspace.send("GET", "batchEndpoints/digits-ep").status_code == 404


@pytest.mark.parametrize(
    ("policy", "code", "inner"),
    [
        ("absent", {}, {}),
        ("null", {"code": None}, {}),
        ("present", {"code": "InternalServerError"}, {"statusCode": 500}),
    ],
)
@pytest.mark.parametrize("details", ["empty", "repeated"])
def test_the_error_of_a_failed_operation(workspace, policy, code, inner, details):
    workspace.policy(failing_names="digits-ep", failed_operation_code=policy, failed_operation_details=details)
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    workspace.wait()
    error = workspace.follow(url).json()["error"]
    message = {"message": error["message"]}
    assert error["message"].startswith("InternalServerError: ")
    assert {key: error[key] for key in error if key not in ("details", "additionalInfo")} == {**code, **message}
    assert error["details"] == ([{**code, **message, "details": []}] if details == "repeated" else [])
    assert inner.items() <= error["additionalInfo"][0]["info"]["error"].items()


def test_the_first_reads_of_an_operation_may_fail(workspace):
    workspace.policy(failed_reads="2")
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    workspace.wait()
    for _read in range(2):
        answer = workspace.follow(url)
        assert (answer.status_code, answer.headers["x-ms-failure-cause"]) == (500, "service")
        error = answer.json()["error"]
        assert (error["code"], error["message"]) == ("ServiceError", "InternalServerError")
        assert error["additionalInfo"][0] == {"type": "ComponentName", "info": {"value": "managementfrontend"}}
    assert workspace.follow(url).json()["status"] == "Succeeded"


@pytest.mark.parametrize(("code", "resource"), [("absent", "kept"), ("present", "removed")])
def test_a_failed_creation_is_200_with_status_failed(workspace, code, resource):
    workspace.policy(failing_names="digits-ep", failed_operation_code=code, failed_resource=resource)
    answer = workspace.endpoint()
    assert answer.status_code == 201
    workspace.wait()
    status = workspace.follow(answer.headers["Azure-AsyncOperation"])
    assert (status.status_code, status.json()["status"]) == (200, "Failed")
    assert ("code" in status.json()["error"]) is (code == "present")
    left = workspace.send("GET", "batchEndpoints/digits-ep")
    if resource == "removed":
        assert left.status_code == 404
        workspace.policy(failing_names="")
        assert workspace.endpoint().status_code == 201
    else:
        assert left.json()["properties"]["provisioningState"] == "Failed"


def test_lists_have_no_link_on_one_page(workspace):
    workspace.done(workspace.endpoint("first-ep"))
    workspace.done(workspace.endpoint("second-ep"))
    answer = workspace.send("GET", "batchEndpoints")
    assert answer.headers["x-ms-original-request-ids"] == ""
    assert (len(answer.json()["value"]), "nextLink" in answer.json()) == (2, False)
    assert "nextLink" in workspace.get("batchEndpoints", count=1)


def test_keys_are_listed_though_of_no_use(workspace):
    workspace.done(workspace.endpoint())
    keys = [workspace.send("POST", "batchEndpoints/digits-ep/listkeys").json() for _time in range(2)]
    assert keys[0] == keys[1]
    assert set(keys[0]) == {"primaryKey", "secondaryKey"}


def test_a_refused_creation_does_not_hold_the_name(workspace):
    wrong = {"authMode": "aadToken", "defaults": {"deploymentName": "none"}}
    assert workspace.endpoint(properties=wrong).status_code == 400
    assert workspace.endpoint().status_code == 201
