# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import httpx
import pytest
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
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert answer(429, **headers).retry_after == seconds


@pytest.mark.parametrize("header", ["x-ms-request-id", "X-Request-ID"])
def test_the_data_plane_has_another_header_for_the_request_id(header: str) -> None:
    assert answer(**{header: "r-2"}).request_id == "r-2"
