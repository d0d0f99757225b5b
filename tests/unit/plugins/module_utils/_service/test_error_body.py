# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.error_body import (
    ErrorBody,
    explain,
    read_error_body,
    remedy,
)
from hypothesis import example, given
from hypothesis import strategies as st

VALIDATION = (
    "The Deployment request provided has the following validation errors. Please resolve them and try again.\nErrors:\n"
    '[\n  {\n    "PropertyName": "ModelConfiguration.ModelReference",\n'
    '    "ErrorMessage": "\'Model Reference\' must not be empty.",\n    "AttemptedValue": "planted-value",\n'
    '    "ErrorCode": "ArgumentNullOrEmpty"\n  },\n  {"PropertyName": "Tags.Values[0]", "ErrorMessage": "Empty."}\n]\n'
)
# What the service adds to the error for its own people: assets contract 1.5, batch contract 14.32.
STACK = (
    "   at Microsoft.MachineLearning.Store.Client.<GetAsync>d__12`1.MoveNext() in /src/Client.cs:line 42\r\n"
    "--- End of stack trace from previous location ---\r\n"
    "   at planted.host.internal.Handler.Run(String name, CancellationToken token)\r\n"
)
DEBUG = {
    "type": "Microsoft.MachineLearning.Common.Core.ServiceInvocationException",
    "message": "Service invocation failed!\r\nRequest: GET https://planted.host.internal/datastore/v1.0\r\n" * 40,
    "stackTrace": STACK * 20,
    "innerException": {"message": "planted", "stackTrace": STACK},
    "data": {},
    "errorResponse": {"error": {"code": "planted", "message": "planted"}},
}
COMPONENT = {"type": "ComponentName", "info": {"value": "managementfrontend"}}


def inner(*codes: str) -> dict[str, Any]:
    chain: dict[str, Any] | None = None
    for code in reversed(codes):
        chain = {"code": code, "innerError": chain}
    return {"type": "InnerError", "info": {"value": chain}}


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        pytest.param(
            {
                "code": "UserError",
                "message": "No such endpoint.",
                "details": [],
                "additionalInfo": [COMPONENT, inner("NotFound", "EndpointNotFound")],
            },
            ErrorBody("EndpointNotFound", "No such endpoint."),
            id="the code is the innermost one of the InnerError entry",
        ),
        pytest.param(
            {
                "code": "NotFound",
                "message": "The specified resource was not found.",
                "details": [{"code": "NoSuchEndpoint", "message": "There is no endpoint with name: e", "details": []}],
            },
            ErrorBody("NoSuchEndpoint", "There is no endpoint with name: e"),
            id="an empty text is replaced by the detail's",
        ),
        pytest.param(
            {
                "code": "InvalidPropertyValue",
                "message": "The size is not supported.",
                "details": [{"code": "SupportedVMSizes", "message": "A, B"}],
            },
            ErrorBody("SupportedVMSizes", "The size is not supported. A, B"),
            id="any other text comes before the detail's",
        ),
        pytest.param(
            {
                "code": "UserError",
                "message": VALIDATION,
                "additionalInfo": [inner("BadArgument", "InvalidInputArguments")],
            },
            ErrorBody(
                "InvalidInputArguments",
                "The Deployment request provided has the following validation errors. "
                "Please resolve them and try again. "
                "ModelConfiguration.ModelReference: 'Model Reference' must not be empty.; Tags.Values[0]: Empty.",
            ),
            id="validation errors are listed without the attempted values",
        ),
        pytest.param(
            {"code": "SystemError", "message": "SystemError", "details": []},
            ErrorBody("SystemError", "SystemError"),
            id="an empty text is kept if there is no other",
        ),
        pytest.param(
            {
                "message": "InternalServerError: Internal error.",
                "details": [],
                "additionalInfo": [
                    {"type": "MmsOperation", "info": {"error": {"message": "InternalServerError: Internal error."}}}
                ],
            },
            ErrorBody(None, "InternalServerError: Internal error."),
            id="a failed operation of the older back end has no code",
        ),
        pytest.param(
            {
                "code": "ServiceError",
                "message": "Received 500 from a service request",
                "details": [
                    {
                        "code": "InternalServerError",
                        "message": json.dumps({"error": {"code": "Deep", "message": "The cause."}}),
                    }
                ],
                "innerError": None,
                "additionalInfo": None,
            },
            ErrorBody("Deep", "Received 500 from a service request The cause."),
            id="the data plane has an error as text in a message",
        ),
        pytest.param(
            {
                "code": "UserError",
                "message": "Bad.",
                "innerError": {"code": "A", "innerError": {"code": "B", "innerError": None}},
            },
            ErrorBody("B", "Bad."),
            id="the data plane's innerError",
        ),
        pytest.param(
            {
                "code": "UserError",
                "message": "Could not find datastore: stor.",
                "details": [{"code": "Inner", "message": f"Not found.\r\n{STACK}", "debugInfo": DEBUG}],
                "innerError": {"code": "NotFoundError", "innerError": None},
                "debugInfo": DEBUG,
                "additionalInfo": [{"type": "Debug", "info": {"value": DEBUG}}],
            },
            ErrorBody("NotFoundError", "Could not find datastore: stor. Not found."),
            id="stack traces and what else is for the people of the service is left out",
        ),
        pytest.param(
            {"code": "UserError", "message": f"Bad.\r\nSystem.InvalidOperationException: Bad.\r\n{STACK}The end."},
            ErrorBody("UserError", "Bad. System.InvalidOperationException: Bad. The end."),
            id="a stack trace in a text is cut out of it",
        ),
        pytest.param({"message": "Look at (this) line"}, ErrorBody(None, "Look at (this) line"), id="at is a word"),
        pytest.param({"message": "{not json"}, ErrorBody(None, "{not json"), id="a brace alone is no error"),
        pytest.param(
            {"message": "Errors: [{not json}]"},
            ErrorBody(None, "Errors: [{not json}]"),
            id="a bracket alone is no list",
        ),
        pytest.param({"code": None, "message": None, "details": None}, ErrorBody(None, ""), id="nulls"),
    ],
)
def test_all_shapes_of_an_error_are_parsed(error: dict[str, Any], fault: ErrorBody) -> None:
    assert read_error_body({"error": error}) == fault
    assert read_error_body(error) == fault


@pytest.mark.parametrize("body", [None, [], "text", 1, {"error": None}, {"error": []}])
def test_any_other_shape_gives_an_empty_error(body: Any) -> None:
    assert read_error_body(body) == ErrorBody(None, "")


def test_the_shape_of_the_authority_is_parsed() -> None:
    body = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid.\r\nTrace ID: 1"}
    assert read_error_body(body) == ErrorBody("invalid_client", "AADSTS7000215: Invalid. Trace ID: 1")


def test_long_texts_are_cut() -> None:
    assert len(read_error_body({"message": "x" * 10_000}).text) < 2000


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (
            ErrorBody(
                "UserError",
                "The specified endpoint name 'e' is not available. Endpoint names must be unique within the region. ",
            ),
            400,
            "another one",
        ),
        (
            ErrorBody(
                "UserError",
                "There is already an endpoint with this name, Endpoint name needs to be unique within a region.",
            ),
            400,
            "another one",
        ),
        (ErrorBody("InvalidInputArguments", "Tags.Values[0]: Tag values must not be null or empty."), 400, "tag"),
        (ErrorBody(None, "Audiences in JWT are not allowed"), 401, "cloud_environment"),
        (ErrorBody(None, "No valid deployments to route to. Please check"), 424, "default deployment"),
        (
            ErrorBody("UserError", "Provided EnableNodePublicIp 'False' requires workspace private endpoint."),
            400,
            "enable_node_public_ip: true",
        ),
        (ErrorBody("ModelAssetPathNotFoundInStorage", "No blobs found."), 400, "upload the model first"),
        (ErrorBody("UserError", "Asset paths cannot be updated."), 400, "another version"),
        (
            ErrorBody("UserError", "Environment e with version 1 is already registered and cannot be changed."),
            409,
            "another version",
        ),
        (ErrorBody("AuthorizationFailed", "no"), 403, "role"),
        (ErrorBody(None, ""), 403, "role"),
        (ErrorBody("TooManyRequests", ""), 429, "run again later"),
        (ErrorBody("ParentResourceNotFound", ""), 404, "workspace_name"),
        (ErrorBody("ResourceNotFound", ""), 404, "workspace_name"),
        (ErrorBody("ResourceGroupNotFound", ""), 404, "resource_group"),
        (ErrorBody("SubscriptionNotFound", ""), 404, "subscription_id"),
        (ErrorBody("NoRegisteredProviderFound", ""), 400, "provider"),
        (ErrorBody("SystemError", "SystemError"), 500, "later"),
        (ErrorBody(None, ""), 401, "tenant"),
    ],
)
def test_a_known_error_has_a_remedy(fault: ErrorBody, status: int, word: str) -> None:
    advice = remedy(fault, status)
    assert advice is not None
    assert word in advice
    assert explain(fault, status).endswith(advice)


def test_an_unknown_error_has_no_remedy() -> None:
    assert explain(ErrorBody("Odd", "Strange"), 418) == "Odd: Strange."
    assert explain(ErrorBody(None, "")) == "the service gives no reason."


KEYS = ("error", "code", "message", "details", "additionalInfo", "info", "innerError", "type", "value", "target")
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["InnerError", "{", "[{}]"])
)
ANSWERS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=30,
)


@given(ANSWERS)
@example({"error": {"code": [1], "message": {"a": 1}, "details": 5, "additionalInfo": "x"}})
@example({"error": {"code": "Outer", "innerError": {"code": {}, "innerError": {"code": "Inner"}}}})
@example({"error": {"message": 'Errors: [{"PropertyName": "a"}, 5]'}})
def test_an_answer_of_any_shape_is_read(answer: Any) -> None:
    found = read_error_body(answer)
    assert isinstance(found.text, str)
    assert found.code is None or isinstance(found.code, str)
    assert explain(found, 400)


def test_an_answer_of_any_depth_is_read() -> None:
    deep: dict[str, Any] = {"message": "innermost"}
    for _level in range(5000):
        deep = {"message": "", "details": [deep]}
    assert read_error_body({"error": {"code": "Outer", "details": [deep]}}).code == "Outer"
    nested = "x"
    for _level in range(8):
        nested = json.dumps({"message": nested})
    assert read_error_body({"error": {"message": nested}}).text == "x"
