# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConnectionFailed,
    CredentialError,
    InvalidOption,
    NotFoundError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials as credentials_module
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    Source,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.credentials import (
    Credentials,
    choose,
    find_cloud,
    read_profile,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

ARM, ML = "https://management.azure.com", "https://ml.azure.com"
APPLICATION = {"tenant": "t-1", "client_id": "c-1", "secret": "planted-secret"}
NO_CACHE = PrivateCache(None, Clock())


class Authority:
    """Gives a new token each time; valid for an hour of the test's clock."""

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
    """Makes the credentials of one task after the other, with one store between them."""

    def __init__(self, authority: Authority, cache_dir: Path | None) -> None:
        self.authority = authority
        self.cache_dir = str(cache_dir) if cache_dir else None
        self.secrets: list[str] = []

    def next(self, source: Source | None = None, url: str = "https://login.example", **how: Any) -> Credentials:
        return Credentials(
            source or ClientSecret("t-1", "c-1", "planted-secret"),
            url,
            register_secret=self.secrets.append,
            store=PrivateCache(self.cache_dir, self.authority.clock),
            clock=self.authority.clock,
            **how,
        )


@pytest.fixture
def tasks(authority: Authority, tmp_path: Path) -> Tasks:
    return Tasks(authority, tmp_path / "cache")


# -- tokens ----------------------------------------------------------------------------------------------------------


def test_a_task_asks_once_for_each_audience(tasks: Tasks, authority: Authority) -> None:
    task = tasks.next()
    assert [task.token(audience) for audience in (ARM, ML, ARM, ML)] == [
        "planted-token-1",
        "planted-token-2",
        "planted-token-1",
        "planted-token-2",
    ]
    assert [(audience, url) for _client, audience, url in authority.asked] == [
        (ARM, "https://login.example"),
        (ML, "https://login.example"),
    ]


def test_the_next_task_finds_the_token(tasks: Tasks, authority: Authority) -> None:
    assert tasks.next().token(ARM) == tasks.next().token(ARM) == "planted-token-1"
    assert len(authority.asked) == 1


def test_secrets_and_tokens_are_told_also_when_they_were_kept(tasks: Tasks) -> None:
    tasks.next().token(ARM)
    tasks.secrets.clear()
    tasks.next().token(ARM)
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
def test_another_identity_never_finds_it(tasks: Tasks, source: Source, url: str) -> None:
    tasks.next().token(ARM)
    assert tasks.next(source, url).token(ARM) == "planted-token-2"


def test_a_rotated_token_file_never_finds_the_old_token(tasks: Tasks, tmp_path: Path) -> None:
    file = tmp_path / "assertion"
    source = FederatedToken("t-1", "c-1", str(file))
    file.write_text("one")
    assert tasks.next(source).token(ARM) == tasks.next(source).token(ARM) == "planted-token-1"
    file.write_text("two")
    assert tasks.next(source).token(ARM) == "planted-token-2"


@pytest.mark.parametrize("source", [AzureCli("t-1"), ManagedIdentity()])
def test_tokens_of_identities_that_may_change_are_not_kept(tasks: Tasks, source: Source) -> None:
    assert tasks.next(source).token(ARM) != tasks.next(source).token(ARM)
    assert tasks.next(source).token(ARM, fresh=True) == "planted-token-3"


def test_a_refused_token_is_forgotten_everywhere(tasks: Tasks) -> None:
    task = tasks.next()
    task.token(ARM)
    assert task.token(ARM, fresh=True) == "planted-token-2"
    assert task.token(ARM) == tasks.next().token(ARM) == "planted-token-2"


def test_a_refused_token_is_forgotten_even_if_no_new_one_comes(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> tuple[str, float]:
        raise CredentialError("no")

    tasks.next().token(ARM)
    monkeypatch.setattr(credentials_module, "fetch_token", refuse)
    with pytest.raises(CredentialError):
        tasks.next().token(ARM, fresh=True)
    with pytest.raises(CredentialError):
        tasks.next().token(ARM)


@pytest.mark.parametrize(("passed", "token"), [(3299, "planted-token-1"), (3300, "planted-token-2")])
def test_a_token_is_used_while_five_minutes_are_left(
    tasks: Tasks, authority: Authority, passed: float, token: str
) -> None:
    task = tasks.next()
    task.token(ARM)
    authority.clock.moment += passed
    assert tasks.next().token(ARM) == task.token(ARM) == token


def test_without_a_store_each_task_asks(authority: Authority) -> None:
    tasks = Tasks(authority, None)
    assert tasks.next().token(ARM) != tasks.next().token(ARM)


@pytest.mark.parametrize(
    ("url", "disabled"),
    [
        ("https://login.microsoftonline.com", False),
        ("https://login.microsoftonline.us/", False),
        ("https://login.x", True),
    ],
)
def test_instance_discovery_is_for_the_public_clouds(
    tasks: Tasks, authority: Authority, url: str, disabled: bool
) -> None:
    tasks.next(url=url, ca_file="ca.pem").token(ARM)
    assert authority.settings["disable_instance_discovery"] is disabled
    assert (authority.settings["authority"], authority.settings["connection_verify"]) == (url, "ca.pem")


def test_without_a_ca_file_the_library_decides_whom_to_trust(tasks: Tasks, authority: Authority) -> None:
    tasks.next().token(ARM)
    assert "connection_verify" not in authority.settings


# -- who we are ------------------------------------------------------------------------------------------------------


@pytest.fixture
def profile_file(tmp_path: Path) -> Path:
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\ntenant=t-p\nclient_id=c-p\nsecret=planted%profile\nsubscription_id=s-p\nad_user=\n[bare]\ntenant=t-b\n"
    )
    return file


@pytest.fixture
def no_az(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials_module.shutil, "which", lambda _: None)


@pytest.fixture
def az(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials_module.shutil, "which", lambda name: f"/usr/bin/{name}")


def source_of(options: Mapping[str, Any], profile_file: Path | str = "/nowhere/credentials") -> Source:
    return choose(
        options,
        KNOWN["AzureCloud"],
        register_secret=lambda _: None,
        cache=NO_CACHE,
        clock=Clock(),
        profile_file=str(profile_file),
    ).source


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    file = tmp_path / "token"
    file.write_text("planted-assertion")
    return str(file)


@pytest.mark.usefixtures("az")
def test_the_order_of_auto(profile_file: Path, token_file: str) -> None:
    bare = {"tenant": "t-1", "client_id": "c-1"}
    federated = {**bare, "federated_token_file": token_file}
    certificate = {**federated, "x509_certificate_path": token_file}
    assert source_of({**certificate, "secret": "planted"}, profile_file) == ClientSecret("t-1", "c-1", "planted")
    assert source_of(certificate, profile_file) == ClientCertificate("t-1", "c-1", token_file)
    assert source_of(federated, profile_file) == FederatedToken("t-1", "c-1", token_file)
    assert source_of({}, profile_file) == ClientSecret("t-p", "c-p", "planted%profile")
    assert source_of({}) == AzureCli()
    assert source_of({"tenant": "t-1"}) == AzureCli("t-1")


def test_each_setting_is_resolved_on_its_own(profile_file: Path) -> None:
    assert source_of({"secret": "planted"}, profile_file) == ClientSecret("t-p", "c-p", "planted")
    assert source_of({"tenant": "t-1", "secret": ""}, profile_file) == ClientSecret("t-1", "c-p", "planted%profile")


@pytest.mark.usefixtures("az")
def test_an_asked_source_is_the_only_one(profile_file: Path) -> None:
    assert source_of({**APPLICATION, "auth_source": "msi"}, profile_file) == ManagedIdentity(client_id="c-1")
    assert source_of({**APPLICATION, "auth_source": "cli"}, profile_file) == AzureCli("t-1")
    assert source_of({**APPLICATION, "auth_source": "env"}, profile_file) == ClientSecret(
        "t-1", "c-1", "planted-secret"
    )
    assert source_of({**APPLICATION, "auth_source": "credential_file"}, profile_file) == ClientSecret(
        "t-p", "c-p", "planted%profile"
    )


@pytest.mark.usefixtures("az")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"client_id": "c-1", "tenant": "t-1"}, "client_id names another identity"),
        ({"auth_source": "env"}, "options and environment variables: missing one of secret"),
        ({"auth_source": "credential_file", **APPLICATION}, "section [default] of /nowhere/credentials: no such file"),
        ({"secret": "planted"}, "not tenant and client_id"),
        ({"secret": "planted", "tenant": "t-1"}, "not client_id"),
        ({"profile": "work"}, "profile 'work' in /nowhere/credentials: there is no such file"),
    ],
)
def test_no_other_identity_is_taken_instead(options: dict[str, str], words: str) -> None:
    with pytest.raises(CredentialError) as caught:
        source_of(options)
    assert words in caught.value.message
    assert "planted" not in caught.value.message


@pytest.mark.usefixtures("no_az")
def test_the_error_lists_all_that_was_looked_at(profile_file: Path) -> None:
    with pytest.raises(CredentialError) as caught:
        source_of({"profile": "bare", "subscription_id": "s"}, profile_file)
    for words in (
        "options and environment variables",
        "section [bare]",
        "program az is not installed",
        "auth_source=msi",
    ):
        assert words in caught.value.message


def test_a_profile_is_read_without_its_empty_values(profile_file: Path) -> None:
    assert read_profile(None, str(profile_file)) == {
        "tenant": "t-p",
        "client_id": "c-p",
        "secret": "planted%profile",
        "subscription_id": "s-p",
    }
    assert read_profile("bare", str(profile_file)) == {"tenant": "t-b"}


@pytest.mark.parametrize(
    ("content", "words"),
    [("[default]\nx=1", r"no section \[work\]"), ("secret=planted", "not in INI form"), (b"\xff", "cannot be read")],
)
def test_a_profile_asked_for_must_be_there(tmp_path: Path, content: str | bytes, words: str) -> None:
    file = tmp_path / "credentials"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CredentialError, match=words) as caught:
        read_profile("work", str(file))
    assert "planted" not in caught.value.message
    assert read_profile(None, str(tmp_path / "none")) == {}


# -- which cloud -----------------------------------------------------------------------------------------------------

DOCUMENT = {
    "name": "Private",
    "portal": "https://portal.azure.example",
    "resourceManager": "https://arm.example/",
    "authentication": {"loginEndpoint": "https://login.example/", "audiences": ["https://arm.example/"]},
    "suffixes": {"storage": "core.example"},
}
ASKED = "GET /metadata/endpoints?api-version=2022-09-01"


def described(document: Any = None) -> httpx.Response:
    return httpx.Response(200, json=DOCUMENT if document is None else document)


@pytest.mark.parametrize("name", ["AzureCloud", "azurecloud", "AzureUSGovernment"])
def test_a_known_cloud_needs_no_request(bench: Any, name: str) -> None:
    assert find_cloud(name, bench().http, cache=NO_CACHE).name.lower() == name.lower()


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("https://arm.example", ASKED),
        ("https://arm.example/", ASKED),
        ("https://arm.example/metadata/endpoints", "GET /metadata/endpoints"),
        (
            "https://arm.example/metadata/endpoints?api-version=2020-06-01",
            "GET /metadata/endpoints?api-version=2020-06-01",
        ),
    ],
)
def test_a_private_cloud_describes_itself(bench: Any, address: str, line: str) -> None:
    b = bench(described([DOCUMENT]))
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
def test_another_authority_may_be_given(bench: Any, given: str | None, used: str) -> None:
    assert find_cloud("https://arm.example", bench(described()).http, cache=NO_CACHE, authority=given).authority == used


def test_an_unsafe_authority_is_refused(bench: Any) -> None:
    with pytest.raises(InvalidOption, match="https://"):
        find_cloud("AzureCloud", bench().http, cache=NO_CACHE, authority="http://login.example")


@pytest.mark.parametrize("address", ["", "AzureKloud", "http://arm.example", "arm.example"])
def test_what_is_no_cloud_is_refused(bench: Any, address: str) -> None:
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
def test_a_cloud_that_does_not_describe_itself_is_an_error(bench: Any, reply: Any, kind: Any, words: str) -> None:
    replies = [reply] * (6 if kind is ConnectionFailed else 1)
    with pytest.raises(kind, match=words):
        find_cloud("https://arm.example", bench(*replies).http, cache=NO_CACHE)


def test_a_description_is_kept_for_a_day(bench: Any, tmp_path: Path) -> None:
    b = bench(described(), described())
    cache = PrivateCache(str(tmp_path / "cache"), b.clock)
    first = find_cloud("https://arm.example", b.http, cache=cache)
    assert find_cloud("https://arm.example/", b.http, cache=cache) == first
    assert b.network.lines == [ASKED]
    b.clock.moment += 24 * 3600 + 1
    find_cloud("https://arm.example", b.http, cache=cache)
    assert b.network.lines == [ASKED] * 2


def test_a_description_is_believed_only_under_the_ca_it_came_with(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = bench(described(), described())
    for mark in ("one", "two"):
        monkeypatch.setattr(b.http, "trust_fingerprint", lambda mark=mark: mark)
        find_cloud("https://arm.example", b.http, cache=PrivateCache(str(tmp_path / "cache"), b.clock))
    assert b.network.lines == [ASKED] * 2


def test_a_broken_description_is_not_kept(bench: Any, tmp_path: Path) -> None:
    b = bench(described({"name": "x"}), described())
    cache = PrivateCache(str(tmp_path / "cache"), b.clock)
    with pytest.raises(AzureMLError):
        find_cloud("https://arm.example", b.http, cache=cache)
    assert find_cloud("https://arm.example", b.http, cache=cache).name == "Private"
