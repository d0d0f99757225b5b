# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import concurrent.futures
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import CredentialError
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials as credentials_module
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import (
    AzureCli,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    Source,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.credentials import Credentials
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.plugins.module_utils._service.trusted_hosts import TrustedHosts
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

ARM, ML = "https://management.azure.com", "https://ml.azure.com"
HOSTS = {ARM: ARM, ML: "https://digits.eastus.inference.ml.azure.com/jobs"}


class Authority:
    """Issues a new token each time, valid for an hour of the test's clock."""

    def __init__(self) -> None:
        self.asked: list[tuple[Source, str, str]] = []
        self.settings: dict[str, Any] = {}
        self.lifetime = 3600.0
        self.clock = Clock()

    def __call__(self, source: Source, audience: str, authority: str, settings: dict[str, Any]) -> tuple[str, float]:
        self.asked.append((source, audience, authority))
        self.settings = settings
        return f"planted-token-{len(self.asked)}", self.clock.now() + self.lifetime


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority()
    monkeypatch.setattr(credentials_module, "fetch_token", made)
    return made


class Tasks:
    """The credentials of one task after the other, with one cache."""

    def __init__(self, authority: Authority, cache_dir: Path | None) -> None:
        self.authority = authority
        self.cache_dir = str(cache_dir) if cache_dir else None
        self.secrets: list[str] = []

    def next(self, source: Source | None = None, url: str = "https://login.example", **how: Any) -> Credentials:
        return Credentials(
            source or ClientSecret("t-1", "c-1", "planted-secret"),
            url,
            hosts=TrustedHosts(KNOWN["AzureCloud"]),
            register_secret=self.secrets.append,
            cache=PrivateCache(self.cache_dir, self.authority.clock),
            clock=self.authority.clock,
            **how,
        )


@pytest.fixture
def tasks(authority: Authority, tmp_path: Path) -> Tasks:
    return Tasks(authority, tmp_path / "cache")


def test_no_token_is_fetched_for_a_host_that_gets_none(tasks: Tasks, authority: Authority) -> None:
    task = tasks.next()
    with pytest.raises(CredentialError, match=r"No token is sent to 'evil\.example'"):
        task.token(ML, to="https://evil.example/jobs")
    task.token(ML, to=HOSTS[ML])
    with pytest.raises(CredentialError, match="No token is sent"):  # nor one from memory
        task.token(ML, to="https://evil.example/jobs")
    assert len(authority.asked) == 1


def test_a_task_requests_one_token_for_each_audience(tasks: Tasks, authority: Authority) -> None:
    task = tasks.next()
    assert [task.token(audience, to=HOSTS[audience]) for audience in (ARM, ML, ARM, ML)] == [
        "planted-token-1",
        "planted-token-2",
        "planted-token-1",
        "planted-token-2",
    ]
    assert [(audience, url) for _client, audience, url in authority.asked] == [
        (ARM, "https://login.example"),
        (ML, "https://login.example"),
    ]


def test_the_next_task_takes_the_token_from_the_cache(tasks: Tasks, authority: Authority) -> None:
    assert tasks.next().token(ARM, to=ARM) == tasks.next().token(ARM, to=ARM) == "planted-token-1"
    assert len(authority.asked) == 1


def test_secrets_and_tokens_are_registered_also_when_they_were_cached(tasks: Tasks) -> None:
    tasks.next().token(ARM, to=ARM)
    tasks.secrets.clear()
    tasks.next().token(ARM, to=ARM)
    assert tasks.secrets == ["planted-secret", "planted-token-1"]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (ClientSecret("t-1", "c-1", "planted-secret-2"), "https://login.example"),
        (ClientSecret("t-1", "c-2", "planted-secret"), "https://login.example"),
        (ClientSecret("t-2", "c-1", "planted-secret"), "https://login.example"),
        (ClientSecret("t-1", "c-1", "planted-secret"), "https://login.other"),
    ],
)
def test_another_identity_never_gets_a_cached_token(tasks: Tasks, source: Source, url: str) -> None:
    tasks.next().token(ARM, to=ARM)
    assert tasks.next(source, url).token(ARM, to=ARM) == "planted-token-2"


def test_a_rotated_token_file_never_gets_the_old_token(tasks: Tasks, tmp_path: Path) -> None:
    file = tmp_path / "assertion"
    source = FederatedToken("t-1", "c-1", str(file))
    file.write_text("one")
    assert tasks.next(source).token(ARM, to=ARM) == tasks.next(source).token(ARM, to=ARM) == "planted-token-1"
    file.write_text("two")
    assert tasks.next(source).token(ARM, to=ARM) == "planted-token-2"


def test_tokens_are_kept_on_disk_only_where_the_task_allows_it(
    tasks: Tasks, authority: Authority, tmp_path: Path
) -> None:
    assert tasks.next(on_disk=False).token(ARM, to=ARM) != tasks.next(on_disk=False).token(ARM, to=ARM)
    assert not (tmp_path / "cache").exists()
    assert len(authority.asked) == 2


def test_threads_request_one_token(tasks: Tasks, authority: Authority) -> None:
    task = tasks.next()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _number: task.token(ARM, to=ARM), range(32)))
    assert tokens == {"planted-token-1"}
    assert len(authority.asked) == 1


def test_a_token_that_replaced_the_refused_one_is_taken(tasks: Tasks, authority: Authority) -> None:
    first, second = tasks.next(), tasks.next()
    assert first.token(ARM, to=ARM) == second.token(ARM, to=ARM)
    assert first.token(ARM, to=ARM, fresh=True) == second.token(ARM, to=ARM, fresh=True) == "planted-token-2"
    assert len(authority.asked) == 2


@pytest.mark.parametrize("source", [AzureCli("t-1"), ManagedIdentity()])
def test_tokens_of_identities_that_may_change_are_not_cached_on_disk(tasks: Tasks, source: Source) -> None:
    assert tasks.next(source).token(ARM, to=ARM) != tasks.next(source).token(ARM, to=ARM)
    assert tasks.next(source).token(ARM, to=ARM, fresh=True) == "planted-token-3"


def test_a_refused_token_leaves_memory_and_cache(tasks: Tasks) -> None:
    task = tasks.next()
    task.token(ARM, to=ARM)
    assert task.token(ARM, to=ARM, fresh=True) == "planted-token-2"
    assert task.token(ARM, to=ARM) == tasks.next().token(ARM, to=ARM) == "planted-token-2"


def test_a_refused_token_leaves_the_cache_even_if_there_is_no_new_one(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> tuple[str, float]:
        raise CredentialError("no")

    task = tasks.next()
    task.token(ARM, to=ARM)
    monkeypatch.setattr(credentials_module, "fetch_token", refuse)
    with pytest.raises(CredentialError):
        task.token(ARM, to=ARM, fresh=True)
    with pytest.raises(CredentialError):
        tasks.next().token(ARM, to=ARM)


@pytest.mark.parametrize("damaged", ["", "two\nlines", "with blank", "\u00e9", None, 5, ["planted"], {}])
def test_what_is_no_token_in_the_cache_is_not_sent(tasks: Tasks, tmp_path: Path, damaged: Any) -> None:
    tasks.next().token(ARM, to=ARM)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(json.dumps({"value": damaged, "expires": 4e9}))
    assert tasks.next().token(ARM, to=ARM) == tasks.next().token(ARM, to=ARM) == "planted-token-2"


@pytest.mark.parametrize(("passed", "token"), [(3299, "planted-token-1"), (3300, "planted-token-2")])
def test_a_token_is_used_while_five_minutes_are_left(
    tasks: Tasks, authority: Authority, passed: float, token: str
) -> None:
    task = tasks.next()
    task.token(ARM, to=ARM)
    authority.clock.moment += passed
    assert tasks.next().token(ARM, to=ARM) == task.token(ARM, to=ARM) == token


def test_without_a_cache_each_task_requests_a_token(authority: Authority) -> None:
    tasks = Tasks(authority, None)
    assert tasks.next().token(ARM, to=ARM) != tasks.next().token(ARM, to=ARM)


@pytest.mark.parametrize(
    ("url", "disabled"),
    [
        ("https://login.microsoftonline.com", False),
        ("https://login.microsoftonline.us/", False),
        ("https://login.x", True),
    ],
)
def test_instance_discovery_is_used_in_the_public_clouds_alone(
    tasks: Tasks, authority: Authority, url: str, disabled: bool
) -> None:
    tasks.next(url=url, ca_file="ca.pem").token(ARM, to=ARM)
    assert authority.settings["disable_instance_discovery"] is disabled
    assert (authority.settings["authority"], authority.settings["connection_verify"]) == (url, "ca.pem")


def test_without_a_ca_file_the_library_trusts_its_default_authorities(tasks: Tasks, authority: Authority) -> None:
    tasks.next().token(ARM, to=ARM)
    assert "connection_verify" not in authority.settings


def test_making_credentials_reads_no_file(tasks: Tasks) -> None:
    task = tasks.next(FederatedToken("t-1", "c-1", "/nowhere/token"))
    with pytest.raises(CredentialError, match="/nowhere/token"):
        task.token(ARM, to=ARM)
