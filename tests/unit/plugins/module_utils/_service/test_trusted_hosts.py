# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import CredentialError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import (
    KNOWN,
    STORAGE_AUDIENCE,
    Cloud,
    from_metadata,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.trusted_hosts import TrustedHosts

PUBLIC, CHINA, GOVERNMENT = (KNOWN[name] for name in ("AzureCloud", "AzureChinaCloud", "AzureUSGovernment"))


def described(portal: str, storage: str = "core.example", arm: str = "https://management.example") -> Cloud:
    document: dict[str, Any] = {
        "name": "Private",
        "portal": portal,
        "resourceManager": arm,
        "authentication": {"loginEndpoint": "https://login.example"},
        "suffixes": {"storage": storage},
    }
    return from_metadata(document, arm)


PRIVATE = described("https://portal.azure.example")
LOCAL = described("https://portal.azure.com", "localhost:4004", "https://localhost:4000")


def may(cloud: Cloud, audience: str, url: str, *trusted: str) -> bool:
    try:
        TrustedHosts(cloud, trusted).check(url, audience)
    except CredentialError:
        return False
    return True


@pytest.mark.parametrize(
    ("cloud", "url"),
    [
        (PUBLIC, "https://digits.eastus.inference.ml.azure.com/jobs"),
        (PUBLIC, "https://digits.westus2-main.inference.ml.azure.com:443/jobs"),
        (PUBLIC, "https://EastUS.API.azureml.ms/mferp"),
        (PUBLIC, "https://1234.workspace.eastus.api.azureml.ms/history"),
        (CHINA, "https://digits.chinaeast2.inference.ml.azure.cn/jobs"),
        (CHINA, "https://chinaeast2.api.ml.azure.cn"),
        (GOVERNMENT, "https://digits.usgovvirginia.inference.ml.azure.us/jobs"),
        (PRIVATE, "https://digits.one.inference.ml.azure.example/jobs"),
        (PRIVATE, "https://one.api.ml.azure.example"),
        (LOCAL, "https://localhost:4002/digits.eastus/jobs"),
    ],
)
def test_the_hosts_of_machine_learning_in_each_cloud_get_its_token(cloud: Cloud, url: str) -> None:
    assert may(cloud, cloud.ml_audience, url)


@pytest.mark.parametrize(
    ("cloud", "url"),
    [
        (PUBLIC, "https://acc.blob.core.windows.net/c"),
        (CHINA, "https://acc.blob.core.chinacloudapi.cn/c"),
        (GOVERNMENT, "https://acc.blob.core.usgovcloudapi.net/c"),
        (PRIVATE, "https://acc.blob.core.example/c"),
        (LOCAL, "https://localhost:4004/acc/c"),
        (described("https://portal.azure.example", "127.0.0.1:10000"), "https://127.0.0.1:10000/acc/c"),
    ],
)
def test_the_storage_of_each_cloud_gets_its_token(cloud: Cloud, url: str) -> None:
    assert may(cloud, STORAGE_AUDIENCE, url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/jobs",
        "https://ml.azure.com.evil.example/jobs",
        "https://evilinference.ml.azure.com/jobs",
        "https://inference.ml.azure.com.evil.example",
        "https://x.inference.ml.azure.cn/jobs",
        "http://digits.eastus.inference.ml.azure.com/jobs",
        "https://x.inference.ml.azure.com@evil.example/jobs",
        "https://evil.example\\.inference.ml.azure.com/jobs",
        "https://evil.example#.inference.ml.azure.com",
        "https://acc.blob.core.windows.net/jobs",
        "https://[::1",
        "//x.inference.ml.azure.com",
        "https://",
        "",
    ],
)
@pytest.mark.parametrize("audience", [PUBLIC.ml_audience, PUBLIC.management_audience])
def test_no_other_host_gets_a_token(url: str, audience: str) -> None:
    assert not may(PUBLIC, audience, url)


def test_each_token_goes_to_the_hosts_of_its_audience() -> None:
    scoring, storage = "https://a.eastus.inference.ml.azure.com/jobs", "https://acc.blob.core.windows.net/c"
    assert not may(PUBLIC, STORAGE_AUDIENCE, scoring)
    assert not may(PUBLIC, PUBLIC.management_audience, scoring)
    assert not may(PUBLIC, PUBLIC.management_audience, storage)
    assert may(PUBLIC, PUBLIC.management_audience, "https://eastus.api.azureml.ms/history/v1.0")


@pytest.mark.parametrize(
    ("trusted", "url"),
    [
        ("storage.internal", "https://storage.internal:8443/acc/c"),
        (" Storage.INTERNAL ", "https://STORAGE.internal/acc/c"),
        (".internal", "https://acc.blob.storage.internal/c"),
        ("10.0.0.7", "https://10.0.0.7/acc/c"),
        ("fd00::7", "https://[fd00::7]:10000/acc/c"),
        ("[fd00::7]", "https://[fd00::7]/acc/c"),
    ],
)
def test_the_task_trusts_further_hosts(trusted: str, url: str) -> None:
    assert may(PUBLIC, STORAGE_AUDIENCE, url, "", trusted)
    assert not may(PUBLIC, STORAGE_AUDIENCE, url)


@pytest.mark.parametrize(
    ("trusted", "url"),
    [
        ("storage.internal", "https://a.storage.internal/c"),
        ("storage.internal", "https://evilstorage.internal/c"),
        (".internal", "https://internal/c"),
        (".internal", "https://internal.evil.example/c"),
        (".internal", "http://a.internal/c"),
    ],
)
def test_a_name_is_one_host_and_a_domain_is_what_is_below_it(trusted: str, url: str) -> None:
    assert not may(PUBLIC, STORAGE_AUDIENCE, url, trusted)


@pytest.mark.parametrize(
    "trusted", ["https://storage.internal", "storage.internal:8443", "*.internal", ".", "..a", "a b", "a/b", "a,b"]
)
def test_what_is_no_host_is_refused(trusted: str) -> None:
    with pytest.raises(InvalidOption, match=r"trusted_hosts: .*neither the name of a host"):
        TrustedHosts(PUBLIC, [trusted])


def test_the_failure_names_host_and_remedy() -> None:
    with pytest.raises(CredentialError) as caught:
        TrustedHosts(PUBLIC).check("https://acc.blob.evil.example/c?sig=planted", STORAGE_AUDIENCE)
    text = caught.value.message
    assert "'acc.blob.evil.example'" in text
    assert "cloud AzureCloud" in text
    assert "trusted_hosts" in text
    assert "planted" not in text
