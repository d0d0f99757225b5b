# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN, Cloud, from_metadata

DOCUMENT: dict[str, Any] = {
    "name": "Private",
    "portal": "https://portal.azure.example",
    "resourceManager": "https://management.example/",
    "authentication": {"loginEndpoint": "https://login.example/", "audiences": ["https://management.example/"]},
    "suffixes": {"storage": "core.example"},
}
PRIVATE = Cloud(
    "Private", "https://management.example", "https://login.example", "core.example", "https://ml.azure.example"
)


def test_the_public_clouds_have_an_audience_for_management_and_scoring() -> None:
    assert {name: (cloud.management_audience, cloud.ml_audience) for name, cloud in KNOWN.items()} == {
        "AzureCloud": ("https://management.azure.com", "https://ml.azure.com"),
        "AzureChinaCloud": ("https://management.chinacloudapi.cn", "https://ml.azure.cn"),
        "AzureUSGovernment": ("https://management.usgovcloudapi.net", "https://ml.azure.us"),
    }


def test_a_cloud_is_read_from_an_object() -> None:
    assert from_metadata(DOCUMENT, "https://management.example/metadata/endpoints?api-version=1") == PRIVATE


def test_the_entry_of_the_asked_host_is_taken_from_a_list() -> None:
    other = {**DOCUMENT, "name": "Other", "resourceManager": "https://other.example"}
    assert from_metadata([other, DOCUMENT], "https://MANAGEMENT.example/metadata/endpoints") == PRIVATE


def test_the_asked_host_stands_in_for_a_missing_address() -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "resourceManager"}
    assert from_metadata(document, "https://arm.example:8443/x").resource_manager == "https://arm.example:8443"


@pytest.mark.parametrize(
    ("portal", "audience"),
    [
        ("https://portal.azure.com", "https://ml.azure.com"),
        ("https://portal.azure.us/", "https://ml.azure.us"),
        ("https://portal.local.azureml.test:8443/", "https://ml.azure.azureml.test:8443"),
    ],
)
def test_the_scoring_audience_ends_as_the_portal_does(portal: str, audience: str) -> None:
    assert from_metadata({**DOCUMENT, "portal": portal}, "https://management.example").ml_audience == audience


def test_a_cloud_whose_audience_is_not_its_address_says_so() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["authentication"]["audiences"] = ["https://management.core.example/", "https://other.example"]
    assert from_metadata(document, "https://x").management_audience == "https://management.core.example"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"portal": None}, "'portal'"),
        ({"portal": "https://portal"}, "portal 'https://portal'"),
        ({"authentication": []}, "'authentication'"),
        ({"authentication": {}}, "'loginEndpoint'"),
        ({"authentication": {"loginEndpoint": "http://login.example"}}, "https://"),
        ({"resourceManager": "http://management.example"}, "https://"),
        ({"suffixes": None}, "'suffixes'"),
        ({"suffixes": {}}, "'storage'"),
    ],
)
def test_an_incomplete_description_is_refused_by_name(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        from_metadata({**DOCUMENT, **change}, "https://management.example")


@pytest.mark.parametrize("document", [None, [], "text", [1, 2]])
def test_what_is_no_description_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="neither an object nor a list"):
        from_metadata(document, "https://management.example")
