# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import logging
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import azure.identity
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import CredentialError, MissingLibrary
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    OidcToken,
    Source,
    fetch_token,
)
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError
from azure.identity import CredentialUnavailableError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

AUTHORITY = "https://login.example"
AUDIENCE = "https://ml.azure.com"
SECRET = "planted-secret"


@dataclass(frozen=True)
class Scripted(ClientSecret):
    """A source whose credential returns, or raises, what the test says."""

    outcome: Any = None
    scopes: ClassVar[list[str]] = []

    def build(self, identity: ModuleType, settings: dict[str, Any]) -> Any:
        assert identity is azure.identity
        return self

    def get_token(self, scope: str) -> AccessToken:
        self.scopes.append(scope)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return AccessToken(*self.outcome)


def fetch(outcome: Any) -> tuple[str, float]:
    return fetch_token(Scripted("tenant-1", "client-1", SECRET, outcome), AUDIENCE, AUTHORITY, {})


def refused(outcome: Exception) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        fetch(outcome)
    return caught.value


def caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize("audience", [AUDIENCE, f"{AUDIENCE}/"])
def test_the_scope_of_a_token_is_made_from_its_audience(audience: str) -> None:
    source = Scripted("t", "c", SECRET, ("token", 1_700_000_000))
    source.scopes.clear()
    assert fetch_token(source, audience, AUTHORITY, {}) == ("token", 1_700_000_000.0)
    assert source.scopes == ["https://ml.azure.com/.default"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Authentication failed: AADSTS7000215: Invalid client secret provided.", "client secret is refused"),
        ("AADSTS7000222: The provided client secret keys for app are expired.", "expired"),
        ("AADSTS90002: Tenant 'tenant-1' not found.", "does not know the tenant"),
        ("Invalid tenant id provided. You can locate your tenant id by ...", "does not know the tenant"),
        ("AADSTS700016: Application with identifier 'x' was not found in the directory", "no application with this id"),
        ("AADSTS700213: No matching federated identity record found", "federated credential"),
        ("AADSTS700027: Client assertion failed signature validation.", "signature is refused"),
        ("AADSTS500011: The resource principal was not found", "check cloud_environment"),
        ("AADSTS53003: Access has been blocked by Conditional Access policies.", "conditional access"),
        ("invalid_client", "check secret, client_id and tenant"),
        (
            "Unable to get authority configuration for https://login.example/tenant-1.",
            "does not answer for this tenant",
        ),
        ("Azure CLI not found on path", "az is not installed"),
        ("Please run 'az login' to set up an account", "run 'az login'"),
        (
            "ManagedIdentityCredential authentication unavailable, no managed identity endpoint found.",
            "managed identity",
        ),
    ],
)
@pytest.mark.parametrize("kind", [ClientAuthenticationError, CredentialUnavailableError, ValueError])
def test_a_refusal_names_identity_authority_reason_and_remedy(kind: Any, text: str, reason: str) -> None:
    message = refused(kind(text) if kind is ValueError else kind(message=text)).message
    assert reason in message
    for name in (AUDIENCE, "client secret", "tenant-1", "client-1", AUTHORITY):
        assert name in message


def test_the_message_has_the_code_of_a_refusal() -> None:
    assert "(AADSTS7000215)" in refused(ClientAuthenticationError(message="AADSTS7000215: no")).message


def test_of_an_unknown_refusal_the_first_line_is_shown() -> None:
    message = refused(ClientAuthenticationError(message="AADSTS99999: Odd.\nTrace ID: 1\nTimestamp: 2")).message
    assert message.endswith("AADSTS99999: Odd.")


@pytest.mark.parametrize(
    "outcome",
    [
        ServiceRequestError("Connection refused"),
        ServiceResponseError("Connection reset"),
        caused(ClientAuthenticationError(message="Authentication failed: x"), ServiceRequestError("x")),
    ],
)
def test_an_authority_that_does_not_answer_has_a_message_of_its_own(outcome: Exception) -> None:
    assert "the authority cannot be reached" in refused(outcome).message


def test_an_authority_that_is_not_trusted_has_a_message_of_its_own() -> None:
    assert (
        "ca_file" in refused(ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")).message
    )


@pytest.mark.parametrize(
    "outcome",
    [
        ClientAuthenticationError(message=f"the answer has {SECRET} and https://x.example/?sig=planted"),
        ValueError(f"client_secret={SECRET}"),
        caused(ClientAuthenticationError(message="x"), ServiceRequestError(f"POST client_secret={SECRET}")),
    ],
)
def test_no_refusal_leaks(outcome: Exception, caplog: pytest.LogCaptureFixture) -> None:
    error = refused(outcome)
    for text in ("".join(traceback.format_exception(error)), repr(error.facts), caplog.text):
        assert "planted" not in text


def test_the_library_logs_no_warning_beside_our_error(caplog: pytest.LogCaptureFixture) -> None:
    refused(ValueError("x"))
    logging.getLogger("azure.identity._internal.decorators").warning("it failed")
    assert caplog.text == ""


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole_import = builtins.__import__

    def without_azure(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("azure"):
            raise ImportError(name)
        return whole_import(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without_azure)
    with pytest.raises(MissingLibrary) as caught:
        fetch(("token", 1))
    assert caught.value.library == "azure-identity"
    assert "ImportError" in (caught.value.traceback or "")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    now = datetime.now(timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    file = tmp_path / "client.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize("disable", [True, False])
def test_each_source_makes_the_credential_of_the_library(certificate: Path, disable: bool) -> None:
    settings = {
        "authority": AUTHORITY,
        "disable_instance_discovery": disable,
        "retry_total": 2,
        "connection_timeout": 10,
        "read_timeout": 30,
        "connection_verify": str(certificate),
    }
    made = [
        source.build(azure.identity, settings)
        for source in (
            ClientSecret("tenant-1", "client-1", SECRET),
            ClientCertificate("tenant-1", "client-1", str(certificate)),
            FederatedToken("tenant-1", "client-1", str(certificate)),
            OidcToken("tenant-1", "client-1", "planted-assertion"),
            ManagedIdentity(client_id="client-1"),
            AzureCli(tenant="tenant-1"),
        )
    ]
    assert [type(credential).__name__ for credential in made] == [
        "ClientSecretCredential",
        "CertificateCredential",
        "WorkloadIdentityCredential",
        "ClientAssertionCredential",
        "ManagedIdentityCredential",
        "AzureCliCredential",
    ]


def test_the_material_that_tokens_depend_on(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xffplanted\n")
    path = str(file)
    assert ClientSecret("t", "c", SECRET).material() == [SECRET]
    assert ClientCertificate("t", "c", path).material() == ["\xffplanted\n"]
    assert FederatedToken("t", "c", path).material() == ["\xffplanted\n"]
    assert OidcToken("t", "c", "planted").material() == ["planted"]
    for source in (ManagedIdentity(), AzureCli()):
        assert source.material() == []
        assert not source.may_be_on_disk


def test_the_secrets_of_each_source(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("planted-assertion\n")
    sources: list[Source] = [
        ClientSecret("t", "c", SECRET),
        OidcToken("t", "c", "planted-token"),
        FederatedToken("t", "c", str(file)),
        AzureCli(),
    ]
    assert [list(source.secrets()) for source in sources] == [[SECRET], ["planted-token"], ["planted-assertion"], []]
    assert "planted" not in repr(sources)


@pytest.mark.parametrize("kind", [ClientCertificate, FederatedToken])
def test_a_missing_file_is_named(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(CredentialError, match=r"'.*none' cannot be read: No such file") as caught:
        kind("t", "c", str(tmp_path / "none")).material()
    assert caught.value.__context__ is None
