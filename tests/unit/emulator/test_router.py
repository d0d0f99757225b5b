"""ARM's own checks, in ARM's order and words, and the headers of every answer."""

from __future__ import annotations

import pytest


def test_a_call_without_a_token_is_refused_by_the_gateway(workspace):
    workspace.headers = {}
    answer = workspace.send("GET", "")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "AuthenticationFailed"
    assert answer.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_a_token_for_the_scoring_host_does_not_open_arm(workspace, emulator):
    workspace.headers = {"Authorization": f"Bearer {emulator.state.entra.issue('https://ml.azure.com')}"}
    answer = workspace.send("GET", "")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")


def test_a_token_expires_with_virtual_time(workspace):
    assert workspace.send("GET", "").status_code == 200
    workspace.wait(3601)
    assert workspace.send("GET", "").json()["error"]["code"] == "ExpiredAuthenticationToken"


def test_the_api_version_is_required_and_must_be_registered(workspace):
    answer = workspace.http.get(workspace.path("computes"), headers=workspace.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MissingApiVersionParameter")
    answer = workspace.send("GET", "batchEndpoints/x", api_version="2022-03-01-preview")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "NoRegisteredProviderFound")
    assert "for type 'workspaces/batchEndpoints'" in answer.json()["error"]["message"]


def test_gateway_404s_tell_a_wrong_workspace_from_an_absent_thing(workspace):
    elsewhere = workspace.settings.workspace_path.rsplit("/", 1)[0] + "/other"
    query = {"api-version": "2024-10-01"}
    nested = workspace.http.get(f"{elsewhere}/models/m", params=query, headers=workspace.headers)
    itself = workspace.http.get(elsewhere, params=query, headers=workspace.headers)
    absent = workspace.send("GET", "models/m")
    assert [answer.status_code for answer in (nested, itself, absent)] == [404, 404, 404]
    assert nested.json()["error"] == {
        "code": "ParentResourceNotFound",
        "message": "Can not perform requested operation on nested resource. Parent resource 'other' not found.",
    }
    assert itself.json()["error"]["code"] == "ResourceNotFound"
    assert nested.headers["x-ms-failure-cause"] == itself.headers["x-ms-failure-cause"] == "gateway"
    assert "x-ms-response-type" not in nested.headers
    assert absent.headers["x-ms-response-type"] == "error"
    assert "x-ms-failure-cause" not in absent.headers


def test_arm_segments_fold_case_and_asset_names_do_not(assets):
    shouting = assets.settings.workspace_path.upper() + "/MODELS/digits/VERSIONS/1"
    answer = assets.http.get(shouting, params={"api-version": "2024-10-01"}, headers=assets.headers)
    assert answer.json()["id"] == assets.path("models/digits/versions/1")
    assert assets.send("GET", "models/Digits/versions/1").status_code == 404
    assert assets.send("GET", "computes/CPU").status_code == 200


@pytest.mark.parametrize(
    ("method", "below", "bucket"),
    [("GET", "", "reads"), ("POST", "datastores/workspaceblobstore/listSecrets", "writes")],
)
def test_every_answer_counts_down_a_rate(workspace, method, below, bucket):
    headers = workspace.send(method, below).headers
    assert 0 < int(headers[f"x-ms-ratelimit-remaining-subscription-{bucket}"]) <= 249
    assert headers["x-ms-correlation-request-id"]
    assert headers["content-type"] == "application/json; charset=utf-8"


def test_a_body_that_is_not_json_is_refused(workspace):
    answer = workspace.http.put(
        workspace.path("computes/cpu"), params={"api-version": "2024-10-01"}, content="{", headers=workspace.headers
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")


def test_the_workspace_tells_where_its_services_are(workspace):
    body = workspace.get("")
    assert body["properties"]["discoveryUrl"] == f"{workspace.settings.url('api')}/discovery"
    assert body["properties"]["workspaceId"] == workspace.settings.workspace_guid
    assert body["location"] == "eastus"
