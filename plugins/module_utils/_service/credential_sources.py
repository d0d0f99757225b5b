# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The ways to prove who we are, one small class each; azure-identity is imported when a token must be fetched."""

from __future__ import annotations

import logging
import re
import traceback
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .._errors import CredentialError, MissingLibrary
from .._names.redaction import redact

if t.TYPE_CHECKING:
    from types import ModuleType

    from azure.core.credentials import TokenCredential


@dataclass(frozen=True)
class Source:
    """A way to get tokens. ``tenant`` and ``client_id`` may be None where the source knows them itself."""

    tenant: str | None = None
    client_id: str | None = None

    title: t.ClassVar[str]

    def material(self) -> list[str] | None:
        """What tokens of this source hang on, so that cached ones never outlive it; None: do not cache on disk."""
        return None

    def secrets(self) -> Sequence[str]:
        """The texts that must never be shown."""
        return ()

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        """Make the azure-identity credential; ``settings`` are those that every credential takes."""
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
class ManagedIdentity(Source):
    """Not cached on disk: a home directory may be shared by hosts with different identities."""

    title = "managed identity of this host"

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        del settings
        return t.cast("TokenCredential", identity.ManagedIdentityCredential(client_id=self.client_id))


@dataclass(frozen=True)
class AzureCli(Source):
    """Not cached on disk: who is logged in may change from task to task."""

    title = "Azure CLI login"

    def build(self, identity: ModuleType, settings: dict[str, t.Any]) -> TokenCredential:
        del settings
        return t.cast("TokenCredential", identity.AzureCliCredential(tenant_id=self.tenant or "", process_timeout=30))


def fetch_token(source: Source, audience: str, authority: str, settings: dict[str, t.Any]) -> tuple[str, float]:
    """Get a new token and the time it expires (seconds since the epoch).

    :raises CredentialError: refused, or nobody to ask; names tenant, client, authority and what to do
    :raises MissingLibrary: azure-identity is not installed
    """
    try:
        from azure import identity
        from azure.core import exceptions as failures
    except ImportError:
        raise MissingLibrary("azure-identity", traceback.format_exc()) from None
    # It warns on every refusal, in its own words; the error says the same better.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    try:
        # A new credential each time: the old one would answer from its own cache what a service just refused.
        answer = source.build(identity, settings).get_token(f"{audience.rstrip('/')}/.default")
        return answer.token, float(answer.expires_on)
    except (failures.AzureError, ValueError) as error:
        unanswered = _caused_by(error, (failures.ServiceRequestError, failures.ServiceResponseError))
        reason = _no_answer(str(error)) if unanswered else _refusal(str(error), source)
    # Raised outside of the handler: the library's texts must not hang on to our error.
    raise CredentialError(
        f"No token for {audience} with the {source.title} (tenant {source.tenant or 'unset'}, "
        f"client_id {source.client_id or 'unset'}, authority {authority}): {reason}."
    )


def _caused_by(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    while error is not None and not isinstance(error, kinds):
        error = error.__cause__ or error.__context__
    return error is not None


def _no_answer(text: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "the authority's certificate is not trusted; give its authority as ca_file"
    return "the authority cannot be reached; check its address, the network and the proxy settings"


def _refusal(text: str, source: Source) -> str:
    for pattern, reason in _REFUSALS:
        if re.search(pattern, text, re.IGNORECASE):
            code = re.search(r"AADSTS\d+", text)
            return f"{reason} ({code[0]})" if code else reason
    # Behind the first line stand trace ids, which change from run to run.
    first = (text.strip() or "no reason given").splitlines()[0]
    return redact(first, source.secrets()).rstrip(".")[:500]


def _content(path: str, option: str) -> str:
    """Any bytes as text, so that it can take part in a key."""
    try:
        return Path(path).expanduser().read_bytes().decode("latin-1")
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
