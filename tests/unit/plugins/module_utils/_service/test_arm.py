# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    NotFoundError,
    ParentNotFoundError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Accepted, describe
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.arm_bench import (
    ARM,
    COMPUTE,
    ENDPOINT,
    GATEWAY,
    NO_PARENT,
    NO_RESOURCE,
    NO_WORKSPACE,
    SIGNED,
    VERSION,
    W,
    refusal,
    reply,
)

# -- requests --------------------------------------------------------------------------------------------------------


def test_each_method_sends_one_request_with_the_management_token(arm: Any) -> None:
    a = arm(*[reply(200, {})] * 5)
    a.arm.get(ENDPOINT)
    a.arm.put(ENDPOINT, {"location": "eastus"})
    a.arm.patch(ENDPOINT, {"tags": {}}, api_version="2022-05-01")
    a.arm.delete(COMPUTE, underlyingResourceAction="Delete")
    a.arm.post(f"{ENDPOINT}/listkeys")
    assert a.lines == [
        f"GET {ENDPOINT}?{VERSION}",
        f"PUT {ENDPOINT}?{VERSION}",
        f"PATCH {ENDPOINT}?api-version=2022-05-01",
        f"DELETE {COMPUTE}?{VERSION}&underlyingResourceAction=Delete",
        f"POST {ENDPOINT}/listkeys?{VERSION}",
    ]
    bodies = [json.loads(request.content or "null") for request in a.bench.network.requests]
    assert bodies == [None, {"location": "eastus"}, {"tags": {}}, None, None]
    assert set(a.identity.asked) == {("https://management.azure.com", False)}


def test_queries_are_encoded_as_the_service_expects(arm: Any) -> None:
    a = arm(reply(200, {"value": []}))
    query = {"$orderBy": "createdtime desc", "$top": 1}
    assert list(a.arm.list(f"{W}/models/m/versions", query=query, isDefault=True, tag=None)) == []
    assert a.lines == [f"GET {W}/models/m/versions?{VERSION}&$orderBy=createdtime%20desc&$top=1&isDefault=true"]


def test_odd_names_are_encoded(arm: Any) -> None:
    a = arm(reply(200, {}))
    a.arm.get(f"{W}/models/grün 1%/versions/a?b#c")
    assert a.lines == [f"GET {W}/models/gr%C3%BCn%201%25/versions/a%3Fb%23c?{VERSION}"]


def test_the_operation_of_a_write_is_returned_and_its_signed_url_registered(arm: Any) -> None:
    headers = {"azure_asyncoperation": ARM + SIGNED, "Location": f"{ARM}{ENDPOINT}?{VERSION}"}
    a = arm(reply(201, {"name": "be"}, **headers))
    started = a.arm.put(ENDPOINT, {})
    assert started == Accepted(201, {"name": "be"}, ARM + SIGNED, f"{ARM}{ENDPOINT}?{VERSION}", ENDPOINT, "PUT")
    assert a.bench.secrets == ["planted-token", ARM + SIGNED]
    assert "PLANTED" not in repr(started)


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("x"), reply(500), reply(503)])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_an_ambiguous_write_is_sent_once(arm: Any, method: str, failure: Any) -> None:
    a = arm(failure)
    with pytest.raises(AzureMLError):
        getattr(a.arm, method)(ENDPOINT, {})
    assert len(a.lines) == 1


def test_a_post_that_is_safe_is_repeated(arm: Any) -> None:
    a = arm(httpx.ReadTimeout("x"), reply(200, {"key": "k"}))
    assert a.arm.post(f"{ENDPOINT}/listkeys", safe_to_repeat=True).body == {"key": "k"}


def test_the_answer_of_a_get_has_to_be_an_object(arm: Any) -> None:
    with pytest.raises(ConnectionFailed, match="not a JSON object"):
        arm(reply(200, [])).arm.get(ENDPOINT)


# -- absent resources and absent workspaces --------------------------------------------------------------------------

NO_GROUP = refusal(404, "ResourceGroupNotFound", "Resource group 'rg1' could not be found.", **GATEWAY)
ABSENT_PARENTS = [
    NO_WORKSPACE,
    NO_GROUP,
    refusal(404, "ParentResourceNotFound", NO_PARENT.format("ws1"), **GATEWAY),
    refusal(404, "SubscriptionNotFound", "The subscription 's0' could not be found.", **GATEWAY),
    refusal(400, "InvalidSubscriptionId", "The provided subscription identifier 's0' is malformed or invalid."),
    refusal(404, "SomethingElse", "", **GATEWAY),
]
ABSENT_RESOURCES = [
    refusal(404, "UserError", "An endpoint with the name 'be' does not exist in the workspace 'ws1'."),
    reply(404, {"error": {"code": "NotFound", "message": "", "details": [{"code": "NoSuchEndpoint", "message": "x"}]}}),
    refusal(404, "ResourceNotFound", NO_RESOURCE.format("ws1/batchEndpoints/be"), **GATEWAY),
    refusal(404, "ParentResourceNotFound", NO_PARENT.format("ws1/be"), **GATEWAY),
    reply(404),
]


@pytest.mark.parametrize("answer", ABSENT_PARENTS)
@pytest.mark.parametrize("method", ["get", "delete", "put", "list"])
def test_an_absent_workspace_is_never_taken_for_an_absent_resource(
    arm: Any, method: str, answer: httpx.Response
) -> None:
    arm = arm(answer).arm
    calls = {
        "get": lambda: arm.get(ENDPOINT),
        "delete": lambda: arm.delete(ENDPOINT),
        "put": lambda: arm.put(ENDPOINT, {}),
        "list": lambda: list(arm.list(f"{W}/batchEndpoints")),
    }
    with pytest.raises(ParentNotFoundError) as caught:
        calls[method]()
    assert "workspace ws1 (resource group rg1)" in caught.value.message


@pytest.mark.parametrize("answer", ABSENT_RESOURCES)
def test_reading_an_absent_resource_returns_none_and_deleting_it_succeeds(arm: Any, answer: httpx.Response) -> None:
    assert arm(answer).arm.get(f"{ENDPOINT}/deployments/blue") is None
    a = arm(answer)
    gone = a.arm.delete(ENDPOINT)
    assert (gone.status, gone.body) == (404, None)
    a.arm.wait(gone, timeout=1, what="endpoint be")


@pytest.mark.parametrize("answer", ABSENT_RESOURCES)
def test_an_absent_resource_is_an_error_for_other_methods(arm: Any, answer: httpx.Response) -> None:
    for call in (
        lambda m: m.put(ENDPOINT, {}),
        lambda m: m.patch(ENDPOINT, {}),
        lambda m: m.post(ENDPOINT),
        lambda m: next(m.list(ENDPOINT)),
    ):
        with pytest.raises(NotFoundError):
            call(arm(answer).arm)


def test_reading_an_absent_workspace_itself_returns_none(arm: Any) -> None:
    assert arm(NO_WORKSPACE).arm.get(W) is None
    with pytest.raises(ParentNotFoundError):
        arm(NO_GROUP).arm.get(W)


def test_a_conflict_names_the_action_and_the_resource(arm: Any) -> None:
    message = r"Could not delete batchEndpoints/be in workspace ws1 \(resource group rg1\): status 409, Busy: Later\."
    with pytest.raises(ConflictError, match=message):
        arm(refusal(409, "Busy", "Later")).arm.delete(ENDPOINT)


@pytest.mark.parametrize(
    ("path", "described"),
    [
        (COMPUTE, "computes/cpu in workspace ws1 (resource group rg1)"),
        (W, "workspace ws1 (resource group rg1)"),
        ("/subscriptions/s0", "/subscriptions/s0"),
    ],
)
def test_messages_describe_a_path(path: str, described: str) -> None:
    assert describe(path) == described
