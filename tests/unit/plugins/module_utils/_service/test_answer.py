# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.mlops.azureml.plugins.module_utils._service.answer import Answer
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

URL = "https://arm.example/things/one"
NOW = Clock().now()


def answer(status: int = 200, content: bytes = b"", **headers: str) -> Answer:
    return Answer("GET", URL, status, httpx.Headers(headers), content, NOW)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "0"}, 0.0),
        ({"x-ms-retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:14:20 GMT"}, 60.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "-1"}, None),
        ({"x-ms-retry-after-ms": "soon"}, None),
        ({"x-ms-retry-after-ms": "9" * 5000}, None),
        ({"Retry-After": "9" * 400}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert answer(429, **headers).retry_after == seconds


@pytest.mark.parametrize("header", ["x-ms-request-id", "X-Request-ID"])
def test_the_data_plane_has_another_header_for_the_request_id(header: str) -> None:
    assert answer(**{header: "r-2"}).request_id == "r-2"


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe{", b'{"a": NaN'])
def test_what_cannot_be_parsed_is_no_json(content: bytes) -> None:
    assert not answer(content=content).is_json
    assert "the answer is not JSON" in answer(400, content).fault.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"null", "empty"),
        (b"[]", "a list"),
        (b'"x"', "a text"),
        (b"5", "a number"),
        (b"true", "a boolean"),
    ],
)
def test_an_answer_of_another_shape_is_named_with_its_host(content: bytes, kind: str) -> None:
    with pytest.raises(ConnectionFailed) as raised:
        answer(content=content, **{"content-type": "text/html; charset=x"}).json_object("read models/m")
    assert raised.value.message == (
        f"Could not read models/m: https://arm.example answered with status 200 (text/html, {len(content)} bytes), "
        f"but it is {kind}, not a JSON object. Check the proxies in between, and run the task again."
    )
