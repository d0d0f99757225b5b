# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Who we are and in which cloud: chosen once, from the task's options and the profile file; tokens by audience."""

from __future__ import annotations

import configparser
import dataclasses
import shutil
import typing as t
from collections.abc import Callable, Mapping
from pathlib import Path

from .._clock import Clock
from .._errors import AzureMLError, CredentialError, InvalidOption
from .clouds import KNOWN, METADATA_API_VERSION, METADATA_PATH, Cloud, from_metadata, origin
from .credential_sources import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    Source,
    fetch_token,
)
from .private_cache import PrivateCache

if t.TYPE_CHECKING:
    from .http_client import HttpClient

PROFILE_FILE = "~/.azure/credentials"
PROOFS = ("secret", "x509_certificate_path", "federated_token_file")
IDENTITY = ("tenant", "client_id", *PROOFS)

# A token must live this many seconds longer, or it is not used: the call it is for takes time.
TOKEN_RESERVE = 300.0


class Credentials:
    """Gives tokens of one identity: from memory, else from the store on disk, else from the authority."""

    def __init__(
        self,
        source: Source,
        authority: str,
        *,
        register_secret: Callable[[str], None],
        store: PrivateCache,
        ca_file: str | None = None,
        clock: Clock,
    ) -> None:
        self.source = source
        self.authority = authority
        self._register_secret = register_secret
        self._store = store
        self._ca_file = ca_file
        self._clock = clock
        self._memory: dict[str, tuple[str, float]] = {}
        for secret in source.secrets():
            register_secret(secret)

    def token(self, audience: str, *, fresh: bool = False) -> str:
        """Return a bearer token for a service, valid for at least five more minutes.

        :param audience: the service's address as the authority knows it: ``https://ml.azure.com``
        :param fresh: forget the token given before, for the service refused it
        :raises CredentialError: the authority refuses, or cannot be reached
        """
        remembered = None if fresh else self._memory.get(audience)
        if remembered is None or remembered[1] <= self._clock.now():
            remembered = self._memory[audience] = self._kept(audience, fresh=fresh)
        return remembered[0]

    def _kept(self, audience: str, *, fresh: bool) -> tuple[str, float]:
        """A token with the time until which it may be used, from the store or new."""
        key = self._key(audience)
        if key is not None and fresh:
            self._store.drop(key)
        elif key is not None and (kept := self._store.read(key)):
            self._register_secret(kept[0])
            return kept
        token, expires = fetch_token(self.source, audience, self.authority, self._identity_settings())
        self._register_secret(token)
        usable = expires - TOKEN_RESERVE
        if key is not None:
            self._store.write(key, token, usable)
        return token, usable

    def _key(self, audience: str) -> list[str] | None:
        """All that a kept token hangs on; None when tokens of this source are not kept."""
        material = self.source.material()
        if material is None:
            return None
        source = self.source
        return [source.title, self.authority, source.tenant or "", source.client_id or "", audience, *material]

    def _identity_settings(self) -> dict[str, t.Any]:
        public = {origin(cloud.authority) for cloud in KNOWN.values()}
        return {
            "authority": self.authority,
            # Only the public clouds are known to the instance discovery; asking it elsewhere refuses private ones.
            "disable_instance_discovery": origin(self.authority) not in public,
            "retry_total": 2,
            "connection_timeout": 10,
            "read_timeout": 30,
            **({"connection_verify": self._ca_file} if self._ca_file else {}),
        }


def choose(
    options: Mapping[str, t.Any],
    cloud: Cloud,
    *,
    register_secret: Callable[[str], None],
    cache: PrivateCache,
    clock: Clock,
    profile_file: str = PROFILE_FILE,
) -> Credentials:
    """Decide once who this task is.

    Each setting comes from its option, else from the profile. ``auth_source`` says where to look: ``env`` (options
    and their environment variables alone), ``credential_file`` (the profile first), ``cli``, ``msi``, or ``auto``:
    a secret or certificate in the options, a federated token file, the profile file, the Azure CLI's login. Never
    another identity than the one that is (perhaps incompletely) described.

    :param cache: where tokens are kept between tasks
    :raises CredentialError: nothing fits; says what was looked at and what was missing
    """
    return Credentials(
        _source(options, profile_file),
        cloud.authority,
        register_secret=register_secret,
        store=cache,
        clock=clock,
        ca_file=options.get("ca_file"),
    )


def find_cloud(cloud_environment: str, http: HttpClient, *, cache: PrivateCache, authority: str | None = None) -> Cloud:
    """Return the cloud of a known name, or the one that an ARM address describes.

    :param cloud_environment: ``AzureCloud``, ``AzureChinaCloud``, ``AzureUSGovernment`` or an https URL
    :param authority: login address to use instead of the cloud's own
    :param cache: where descriptions are kept for a day
    :raises InvalidOption: neither a name nor a usable address
    :raises AzureMLError: the address does not answer, or not with a description
    """
    names = {name.lower(): cloud for name, cloud in KNOWN.items()}
    cloud = names.get(cloud_environment.lower()) or _described(cloud_environment, http, cache)
    if not authority:
        return cloud
    address = authority if "://" in authority else f"https://{authority}"
    if not address.startswith("https://"):
        raise InvalidOption(f"The authority's address '{authority}' is not safe: it must begin with https://.")
    return dataclasses.replace(cloud, authority=address.rstrip("/"))


def read_profile(profile: str | None, profile_file: str = PROFILE_FILE) -> dict[str, str]:
    """Return the settings of a section of the profile file, empty values left out.

    Without a name the section is ``default``, and may be missing. Raises CredentialError when a named one is.
    """
    path = Path(profile_file).expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        section = parser[profile or "default"]
    except FileNotFoundError:
        problem = "there is no such file"
    except (OSError, UnicodeDecodeError):
        problem = "it cannot be read"
    except configparser.Error:
        problem = "it is not in INI form"
    except KeyError:
        problem = f"it has no section [{profile or 'default'}]"
    else:
        return {name: value for name, value in section.items() if value}
    if profile:
        raise CredentialError(f"profile '{profile}' in {profile_file}: {problem}.")
    return {}


def _source(options: Mapping[str, t.Any], profile_file: str) -> Source:
    auth_source = options.get("auth_source") or "auto"
    given = {name: str(options[name]) for name in IDENTITY if options.get(name)}
    if auth_source == "msi":
        return ManagedIdentity(client_id=given.get("client_id"))
    if auth_source == "cli":
        return AzureCli(tenant=given.get("tenant"))
    profile = {} if auth_source == "env" else read_profile(options.get("profile"), profile_file)
    first, second = (profile, given) if auth_source == "credential_file" else (given, profile)
    settings = {**second, **first}
    proofs = _proofs(first) or ([] if auth_source == "credential_file" else _proofs(second))
    if proofs:
        return _application(proofs[0], settings)
    if auth_source == "auto" and "client_id" not in settings and shutil.which("az"):
        return AzureCli(tenant=settings.get("tenant"))
    raise CredentialError(_nothing_fits(auth_source, given, profile, options.get("profile"), profile_file))


def _proofs(settings: Mapping[str, str]) -> list[str]:
    """Which proofs of an application are there, in the order of preference."""
    return [name for name in PROOFS if settings.get(name)]


def _application(proof: str, settings: Mapping[str, str]) -> Source:
    missing = [name for name in ("tenant", "client_id") if not settings.get(name)]
    if missing:
        raise CredentialError(
            f"{proof} is set, but not {' and '.join(missing)}: looked in the options, their environment variables "
            "and the profile file. Set what is missing."
        )
    tenant, client_id = settings["tenant"], settings["client_id"]
    if proof == "secret":
        return ClientSecret(tenant, client_id, settings[proof])
    if proof == "x509_certificate_path":
        return ClientCertificate(tenant, client_id, settings[proof])
    return FederatedToken(tenant, client_id, settings[proof])


def _nothing_fits(
    auth_source: str, given: Mapping[str, str], profile: Mapping[str, str], name: str | None, profile_file: str
) -> str:
    """Say what was looked at and what was missing in each."""
    desired = f"one of {', '.join(PROOFS)}"
    looked = []
    if auth_source != "credential_file":
        have = f" (set: {', '.join(given)})" if given else ""
        looked.append(f"options and environment variables: missing {desired}{have}")
    if auth_source != "env":
        state = f"missing {desired}" if profile else "no such file or section"
        looked.append(f"section [{name or 'default'}] of {profile_file}: {state}")
    if auth_source == "auto":
        named = "client_id" in {**given, **profile}
        reason = "not asked, because client_id names another identity" if named else "the program az is not installed"
        looked.append(f"Azure CLI: {reason}")
        looked.append("managed identity: used only with auth_source=msi")
    return f"No usable credential (auth_source={auth_source}). Looked at: {'; '.join(looked)}. Complete one of them."


def _described(cloud_environment: str, http: HttpClient, store: PrivateCache) -> Cloud:
    """Ask a resource manager where its cloud's services stand."""
    if not cloud_environment.startswith("https://"):
        raise InvalidOption(
            f"cloud_environment '{cloud_environment}' is neither one of {', '.join(KNOWN)} "
            "nor the address of a resource manager that begins with https://."
        )
    url = cloud_environment.rstrip("/")
    if not url.split("?")[0].endswith(METADATA_PATH):
        url = f"{url}{METADATA_PATH}?api-version={METADATA_API_VERSION}"
    # A description holds only for whom we asked: the same address under another CA is another cloud.
    key = ["cloud", url, http.trust_fingerprint()]
    kept = store.read(key)
    document = kept[0] if kept else http.send("GET", url, what=f"read the description of cloud {origin(url)}").json()
    try:
        cloud = from_metadata(document, url)
    except ValueError as error:
        problem = str(error)
    else:
        if kept is None:
            store.write(key, document)
        return cloud
    raise AzureMLError(f"{origin(url)} does not describe a cloud: {problem}. Check cloud_environment.")
