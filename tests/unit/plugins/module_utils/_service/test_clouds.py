# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConnectionFailed,
    InvalidOption,
    NotFoundError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import (
    KNOWN,
    Cloud,
    find_cloud,
    from_metadata,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

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


def test_the_metadata_may_be_an_object() -> None:
    assert from_metadata(DOCUMENT, "https://management.example/metadata/endpoints?api-version=1") == PRIVATE


def test_in_a_list_the_entry_of_the_host_counts() -> None:
    other = {**DOCUMENT, "name": "Other", "resourceManager": "https://other.example"}
    assert from_metadata([other, DOCUMENT], "https://MANAGEMENT.example/metadata/endpoints") == PRIVATE


def test_an_entry_without_address_has_the_address_of_the_request() -> None:
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


def test_the_audience_may_differ_from_the_address() -> None:
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
def test_the_error_names_what_a_description_lacks(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        from_metadata({**DOCUMENT, **change}, "https://management.example")


@pytest.mark.parametrize("document", [None, [], "text", [1, 2]])
def test_any_other_document_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="neither an object nor a list"):
        from_metadata(document, "https://management.example")


# -- which cloud -----------------------------------------------------------------------------------------------------

NO_CACHE = PrivateCache(None, Clock())
DESCRIPTION = {
    "name": "Private",
    "portal": "https://portal.azure.example",
    "resourceManager": "https://arm.example/",
    "authentication": {"loginEndpoint": "https://login.example/", "audiences": ["https://arm.example/"]},
    "suffixes": {"storage": "core.example"},
}
REQUEST = "GET /metadata/endpoints?api-version=2022-09-01"


def described(document: Any = None) -> httpx.Response:
    return httpx.Response(200, json=DESCRIPTION if document is None else document)


@pytest.mark.parametrize("name", ["AzureCloud", "azurecloud", "AzureUSGovernment"])
def test_a_known_cloud_needs_no_request(bench: Any, name: str) -> None:
    assert find_cloud(name, bench().http, cache=NO_CACHE).name.lower() == name.lower()


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("https://arm.example", REQUEST),
        ("https://arm.example/", REQUEST),
        ("https://arm.example/metadata/endpoints", "GET /metadata/endpoints"),
        (
            "https://arm.example/metadata/endpoints?api-version=2020-06-01",
            "GET /metadata/endpoints?api-version=2020-06-01",
        ),
    ],
)
def test_a_private_cloud_is_read_from_its_resource_manager(bench: Any, address: str, line: str) -> None:
    b = bench(described([DESCRIPTION]))
    cloud = find_cloud(address, b.http, cache=NO_CACHE)
    assert (cloud.resource_manager, cloud.authority) == ("https://arm.example", "https://login.example")
    assert b.network.lines == [line]
    assert "authorization" not in b.network.requests[0].headers


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://other.example/", "https://other.example"),
        ("other.example", "https://other.example"),
        (None, "https://login.example"),
    ],
)
def test_the_authority_may_be_another_one(bench: Any, given: str | None, used: str) -> None:
    assert find_cloud("https://arm.example", bench(described()).http, cache=NO_CACHE, authority=given).authority == used


@pytest.mark.parametrize("authority", ["http://login.example", "https://[::1", "https://me@login.example"])
def test_an_unsafe_authority_is_refused(bench: Any, authority: str) -> None:
    with pytest.raises(InvalidOption, match="https://"):
        find_cloud("AzureCloud", bench().http, cache=NO_CACHE, authority=authority)


@pytest.mark.parametrize(
    "address", ["", "AzureKloud", "http://arm.example", "arm.example", "https://[::1", "https://a b"]
)
def test_any_other_name_or_address_is_refused(bench: Any, address: str) -> None:
    with pytest.raises(InvalidOption, match="AzureCloud, AzureChinaCloud, AzureUSGovernment"):
        find_cloud(address, bench().http, cache=NO_CACHE)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (described({"name": "x"}), AzureMLError, "https://arm.example does not describe a cloud: .*'portal'"),
        (described([]), AzureMLError, "Check cloud_environment"),
        (httpx.Response(404), NotFoundError, "read the description of cloud https://arm.example: status 404"),
        (httpx.Response(200, content=b"<html>"), ConnectionFailed, "not readable JSON"),
    ],
)
def test_an_address_that_describes_no_cloud_is_an_error(bench: Any, reply: Any, kind: Any, words: str) -> None:
    replies = [reply] * (6 if kind is ConnectionFailed else 1)
    with pytest.raises(kind, match=words):
        find_cloud("https://arm.example", bench(*replies).http, cache=NO_CACHE)


def test_a_description_is_cached_for_a_day(bench: Any, tmp_path: Path) -> None:
    b = bench(described(), described())
    cache = PrivateCache(str(tmp_path / "cache"), b.clock)
    first = find_cloud("https://arm.example", b.http, cache=cache)
    assert find_cloud("https://arm.example/", b.http, cache=cache) == first
    assert b.network.lines == [REQUEST]
    b.clock.moment += 24 * 3600 + 1
    find_cloud("https://arm.example", b.http, cache=cache)
    assert b.network.lines == [REQUEST] * 2


def test_a_cached_description_counts_only_for_the_same_authorities(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = bench(described(), described())
    for fingerprint in ("one", "two"):
        monkeypatch.setattr(b.http, "trust_fingerprint", lambda fingerprint=fingerprint: fingerprint)
        find_cloud("https://arm.example", b.http, cache=PrivateCache(str(tmp_path / "cache"), b.clock))
    assert b.network.lines == [REQUEST] * 2


def test_an_incomplete_description_is_not_cached(bench: Any, tmp_path: Path) -> None:
    b = bench(described({"name": "x"}), described())
    cache = PrivateCache(str(tmp_path / "cache"), b.clock)
    with pytest.raises(AzureMLError):
        find_cloud("https://arm.example", b.http, cache=cache)
    assert find_cloud("https://arm.example", b.http, cache=cache).name == "Private"


@pytest.mark.parametrize("damaged", [None, 5, [], {"name": "x"}, {**DESCRIPTION, "portal": "https://[::1"}])
def test_a_damaged_description_in_the_cache_is_read_anew(bench: Any, tmp_path: Path, damaged: Any) -> None:
    b = bench(described(), described())
    cache = PrivateCache(str(tmp_path / "cache"), b.clock)
    find_cloud("https://arm.example", b.http, cache=cache)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(json.dumps({"value": damaged, "expires": b.clock.moment + 60}))
    assert find_cloud("https://arm.example", b.http, cache=cache).name == "Private"
    assert find_cloud("https://arm.example", b.http, cache=cache).name == "Private"
    assert b.network.lines == [REQUEST] * 2
