# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Credential sources: the ways in which an identity authenticates. azure-identity is imported with the first token."""

from __future__ import annotations

import logging
import os
import re
import traceback
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .._errors import AzureMLError, CredentialError, MissingLibrary
from .._names.redaction import redact
from .proxies import find_proxy

if t.TYPE_CHECKING:
    from types import ModuleType

    from azure.core.credentials import TokenCredential


@dataclass(frozen=True)
class Source:
    """An identity and how it authenticates. ``tenant`` and ``client_id`` are None if the source knows them itself."""

    tenant: str | None = None
    client_id: str | None = None

    title: t.ClassVar[str]

    may_be_on_disk: t.ClassVar[bool] = True

    def material(self) -> list[str]:
        """What tokens depend on beside the names, so that a cached one is not used after it changes.

        Raises CredentialError for a file that cannot be read.
        """
        return []

    def secrets(self) -> Sequence[str]:
        """The texts that must never be shown. Raises CredentialError for a file that cannot be read."""
        return ()

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        """The credential of azure-identity; ``settings`` are those that all credentials take."""
        raise NotImplementedError


@dataclass(frozen=True)
class ClientSecret(Source):
    secret: str = field(repr=False, default="")

    title = "client secret"

    def material(self) -> list[str]:
        return [self.secret]

    def secrets(self) -> Sequence[str]:
        return (self.secret,)

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        return t.cast(
            "TokenCredential", identity.ClientSecretCredential(self.tenant, self.client_id, self.secret, **settings)
        )


@dataclass(frozen=True)
class ClientCertificate(Source):
    path: str = ""

    title = "client certificate"

    def material(self) -> list[str]:
        return [_content(self.path, "x509_certificate_path")]

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        return t.cast(
            "TokenCredential", identity.CertificateCredential(self.tenant, self.client_id, self.path, **settings)
        )


@dataclass(frozen=True)
class FederatedToken(Source):
    path: str = ""

    title = "federated token file"

    def material(self) -> list[str]:
        return [_content(self.path, "federated_token_file")]

    def secrets(self) -> Sequence[str]:
        return (_content(self.path, "federated_token_file").strip(),)

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        return t.cast(
            "TokenCredential",
            identity.WorkloadIdentityCredential(
                tenant_id=self.tenant, client_id=self.client_id, token_file_path=self.path, **settings
            ),
        )


@dataclass(frozen=True)
class OidcToken(Source):
    """A token that the tenant trusts, given as text: that of a pipeline, which has no file for it."""

    token: str = field(repr=False, default="")

    title = "federated token"

    def material(self) -> list[str]:
        return [self.token]

    def secrets(self) -> Sequence[str]:
        return (self.token,)

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        return t.cast(
            "TokenCredential",
            _assertion_class(identity)(self.tenant, self.client_id, lambda: self.token, **settings),
        )


class _TakesSettings:
    """The end of the chain of constructors. The oldest azure-identity hands the settings on to it."""

    def __init__(self, **_settings: t.Any) -> None:
        super().__init__()


def _assertion_class(identity: ModuleType) -> t.Any:
    return type("ClientAssertionCredential", (identity.ClientAssertionCredential, _TakesSettings), {})


@dataclass(frozen=True)
class ManagedIdentity(Source):
    """Not cached on disk: hosts with different identities may share a home directory."""

    title = "managed identity of this host"
    may_be_on_disk = False

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        del settings
        return t.cast("TokenCredential", identity.ManagedIdentityCredential(client_id=self.client_id))


@dataclass(frozen=True)
class AzureCli(Source):
    """Not cached on disk: who is logged in may change from task to task."""

    title = "Azure CLI login"
    may_be_on_disk = False

    def material(self) -> list[str]:
        """The state of the file that each login and each change of the account writes."""
        folder = os.environ.get("AZURE_CONFIG_DIR") or "~/.azure"
        try:
            status = Path(os.path.expanduser(folder), "azureProfile.json").stat()
        except OSError:
            return []
        return [str(status.st_ino), str(status.st_mtime_ns), str(status.st_size)]

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        del settings
        return t.cast("TokenCredential", identity.AzureCliCredential(tenant_id=self.tenant or "", process_timeout=30))


def fetch_token(source: Source, audience: str, authority: str, settings: dict[str, t.Any]) -> tuple[str, float]:
    """A new token, and the time when it expires (seconds since the epoch).

    :raises CredentialError: the authority refuses or does not answer; names tenant, client, authority and what to do
    :raises MissingLibrary: azure-identity is not installed
    """
    try:
        from azure import identity
        from azure.core import exceptions as failures
    except ImportError:
        raise MissingLibrary("azure-identity", traceback.format_exc()) from None
    # It logs a warning for each refusal; our error says the same with what to do.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    try:
        # A new credential each time: an old one would return the refused token from its own cache.
        answer = source.build(identity, settings).get_token(f"{audience.rstrip('/')}/.default")
        return answer.token, float(answer.expires_on)
    except (failures.AzureError, ValueError) as error:
        unanswered = _caused_by(error, (failures.ServiceRequestError, failures.ServiceResponseError))
        reason = _unanswered_reason(str(error), authority) if unanswered else _refusal_reason(str(error), source)
    except (AzureMLError, OSError):  # ours, and those of local files
        raise
    except Exception as error:  # what the libraries run into when an answer has no shape that they know
        reason = (
            f"its answer is not one of a sign-in service ({type(error).__name__}); check its address and the proxies"
        )
    # Raised outside the handler, so that the library's texts are not part of our error.
    raise CredentialError(
        f"No token for {audience} with the {source.title} (tenant {source.tenant or 'unset'}, "
        f"client_id {source.client_id or 'unset'}, authority {authority}): {reason}."
    )


def _caused_by(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    while error is not None and not isinstance(error, kinds):
        error = error.__cause__ or error.__context__
    return error is not None


def _unanswered_reason(text: str, authority: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "the authority's certificate is not trusted; give its authority as ca_file"
    proxy = find_proxy(authority)
    if proxy is None:
        return "the authority cannot be reached; check its address, the network and the proxy settings"
    refusal = proxy.refusal(text) or f"the authority cannot be reached through {proxy.title}"
    return f"{refusal}; check the proxy, the address and the network"


def _refusal_reason(text: str, source: Source) -> str:
    for pattern, reason in _REFUSALS:
        if re.search(pattern, text, re.IGNORECASE):
            code = re.search(r"AADSTS\d+", text)
            return f"{reason} ({code[0]})" if code else reason
    # The lines after the first are trace ids, which change with each run.
    first = (text.strip() or "no reason given").splitlines()[0]
    return redact(first, source.secrets()).rstrip(".")[:500]


def _content(path: str, option: str) -> str:
    """The bytes of a file as text, whatever its encoding. Raises CredentialError that names the option."""
    try:
        return Path(os.path.expanduser(path)).read_bytes().decode("latin-1")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    raise CredentialError(f"{option} '{path}' cannot be read: {reason}.")


_REFUSALS = (
    (r"AADSTS7000222", "the client secret or certificate has expired; make a new one"),
    (
        r"AADSTS7000215",
        "the client secret is refused; check that it is the secret's value (not its id) and belongs to client_id",
    ),
    (
        r"AADSTS900021|AADSTS900023|AADSTS90002\b|invalid tenant|Tenant '.*' not found",
        "the authority does not know the tenant; check tenant and cloud_environment",
    ),
    (r"AADSTS700016|unauthorized_client", "the tenant has no application with this id; check client_id and tenant"),
    (
        r"AADSTS700211|AADSTS700212|AADSTS700213|AADSTS70021\b",
        "no federated credential of the application matches the token; check its issuer, subject and audience",
    ),
    (r"AADSTS700027|AADSTS700024", "the signature is refused; check that the certificate belongs to client_id"),
    (r"AADSTS500011", "the tenant does not know the service the token is for; check cloud_environment"),
    (r"AADSTS5300\d", "a conditional access policy forbids it; ask the tenant's administrator"),
    (r"invalid_client", "the secret or certificate is refused; check secret, client_id and tenant"),
    (
        r"Unable to get authority configuration|AADSTS50049|invalid_instance",
        "the authority does not answer for this tenant; check tenant, cloud_environment and the authority's address",
    ),
    (r"Azure CLI not found", "the program az is not installed"),
    (r"az login", "nobody is logged in; run 'az login'"),
    (
        r"no managed identity endpoint|IMDS|managed identity",
        "this host offers no such managed identity; check client_id",
    ),
)
