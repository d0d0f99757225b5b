# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import CredentialError
from ansible_collections.mlops.azureml.plugins.module_utils._service import identity
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    OidcToken,
    Source,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.identity import (
    choose_source,
    choose_subscription,
    read_profile,
)

APPLICATION = {"tenant": "t-1", "client_id": "c-1", "secret": "planted-secret"}


@pytest.fixture
def profile_file(tmp_path: Path) -> Path:
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\ntenant=t-p\nclient_id=c-p\nsecret=planted%profile\nsubscription_id=s-p\nad_user=\n[bare]\ntenant=t-b\n"
    )
    return file


@pytest.fixture
def no_az(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.shutil, "which", lambda _: None)


@pytest.fixture
def az(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.shutil, "which", lambda name: f"/usr/bin/{name}")


def source_of(options: Mapping[str, Any], profile_file: Path | str = "/nowhere/credentials") -> Source:
    return choose_source(options, str(profile_file))


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    file = tmp_path / "token"
    file.write_text("planted-assertion")
    return str(file)


@pytest.mark.usefixtures("az")
def test_the_order_of_auto(profile_file: Path, token_file: str) -> None:
    bare = {"tenant": "t-1", "client_id": "c-1"}
    federated = {**bare, "federated_token_file": token_file}
    certificate = {**federated, "oidc_token": "planted", "x509_certificate_path": token_file}
    assert source_of({**certificate, "secret": "planted"}, profile_file) == ClientSecret("t-1", "c-1", "planted")
    assert source_of(certificate, profile_file) == ClientCertificate("t-1", "c-1", token_file)
    assert source_of({**federated, "oidc_token": "planted"}, profile_file) == OidcToken("t-1", "c-1", "planted")
    assert source_of(federated, profile_file) == FederatedToken("t-1", "c-1", token_file)
    assert source_of({}, profile_file) == ClientSecret("t-p", "c-p", "planted%profile")
    assert source_of({}) == AzureCli()
    assert source_of({"tenant": "t-1"}) == AzureCli("t-1")


def test_each_setting_comes_from_its_option_or_from_the_profile(profile_file: Path) -> None:
    assert source_of({"secret": "planted"}, profile_file) == ClientSecret("t-p", "c-p", "planted")
    assert source_of({"tenant": "t-1", "secret": ""}, profile_file) == ClientSecret("t-1", "c-p", "planted%profile")


@pytest.mark.usefixtures("az")
def test_auth_source_excludes_all_others(profile_file: Path) -> None:
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
    ("options", "message"),
    [
        ({"client_id": "c-1", "tenant": "t-1"}, "client_id names another identity"),
        ({"auth_source": "env"}, "options and environment variables: missing one of secret"),
        ({"auth_source": "credential_file", **APPLICATION}, "section [default] of /nowhere/credentials: no such file"),
        ({"secret": "planted"}, "not tenant and client_id"),
        ({"secret": "planted", "tenant": "t-1"}, "not client_id"),
        ({"profile": "work"}, "profile 'work' in /nowhere/credentials: there is no such file"),
    ],
)
def test_an_incomplete_identity_is_an_error(options: dict[str, str], message: str) -> None:
    with pytest.raises(CredentialError) as caught:
        source_of(options)
    assert message in caught.value.message
    assert "planted" not in caught.value.message


@pytest.mark.parametrize(
    ("options", "subscription"),
    [
        ({}, "s-p"),
        ({"subscription_id": ""}, "s-p"),
        ({"subscription_id": "s-1"}, "s-1"),
        ({"auth_source": "credential_file"}, "s-p"),
        ({"profile": "bare"}, None),
        ({"auth_source": "env"}, None),
        ({"auth_source": "cli"}, None),
        ({"auth_source": "msi", "subscription_id": "s-1"}, "s-1"),
    ],
)
def test_the_subscription_may_be_that_of_the_profile(
    profile_file: Path, options: dict[str, str], subscription: str | None
) -> None:
    assert choose_subscription(options, str(profile_file)) == subscription


def test_a_profile_may_name_federated_tokens_as_others_do(tmp_path: Path, token_file: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(f"[default]\ntenant=t\nclient_id=c\noidc_token_file_path={token_file}\n")
    assert source_of({}, file) == FederatedToken("t", "c", token_file)
    file.write_text("[default]\ntenant=t\nclient_id=c\noidc_token=planted\n")
    assert source_of({}, file) == OidcToken("t", "c", "planted")


@pytest.mark.usefixtures("no_az")
def test_a_user_name_with_a_password_is_named_as_not_supported() -> None:
    with pytest.raises(CredentialError, match=r"AZURE_AD_USER, AZURE_PASSWORD\) is not supported"):
        source_of({})


@pytest.mark.usefixtures("no_az")
def test_the_error_lists_all_that_was_checked(profile_file: Path) -> None:
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
def test_a_named_profile_has_to_exist(tmp_path: Path, content: str | bytes, words: str) -> None:
    file = tmp_path / "credentials"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CredentialError, match=words) as caught:
        read_profile("work", str(file))
    assert "planted" not in caught.value.message
    assert read_profile(None, str(tmp_path / "none")) == {}


def test_a_user_without_a_home_has_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a random uid in a container: it has no entry in the password file, and HOME is not set."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _uid: {}[_uid])
    assert read_profile(None) == {}
    with pytest.raises(CredentialError, match="there is no such file"):
        read_profile("named")
