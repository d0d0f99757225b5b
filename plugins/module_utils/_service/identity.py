# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The identity of a task: chosen from its options and the profile file."""

from __future__ import annotations

import configparser
import os
import shutil
import typing as t
from collections.abc import Mapping
from pathlib import Path

from .._errors import CredentialError
from .credential_sources import (
    AzureCli,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ManagedIdentity,
    OidcToken,
    Source,
)

PROFILE_FILE = "~/.azure/credentials"
# The options that prove an application's identity, in the order of preference.
PROOFS = ("secret", "x509_certificate_path", "oidc_token", "federated_token_file")
# Other names of settings in the profile file, which azure.azcollection reads, too.
PROFILE_NAMES = {"oidc_token_file_path": "federated_token_file"}
IDENTITY = ("tenant", "client_id", *PROOFS)


def choose_source(options: Mapping[str, t.Any], profile_file: str = PROFILE_FILE) -> Source:
    """The identity that the task describes. Reads the profile file.

    Each setting comes from its option, else from the profile. ``auth_source`` says where to search: ``env`` (only the
    options and their environment variables), ``credential_file`` (the profile first), ``cli``, ``msi``, or ``auto``:
    a secret or certificate in the options, a federated token, the profile file, the login of the Azure CLI. An
    incomplete identity is an error, never a reason to take another one.

    :raises CredentialError: no identity is complete; names what was checked and what was missing
    """
    auth_source = options.get("auth_source") or "auto"
    given = {name: str(options[name]) for name in IDENTITY if options.get(name)}
    if auth_source == "msi":
        return ManagedIdentity(client_id=given.get("client_id"))
    if auth_source == "cli":
        return AzureCli(tenant=given.get("tenant"))
    profile = _profile_of(options, profile_file)
    first, second = (profile, given) if auth_source == "credential_file" else (given, profile)
    settings = {**second, **first}
    proofs = _proofs(first) or ([] if auth_source == "credential_file" else _proofs(second))
    if proofs:
        return _application(proofs[0], settings)
    if auth_source == "auto" and "client_id" not in settings and shutil.which("az"):
        return AzureCli(tenant=settings.get("tenant"))
    raise CredentialError(_nothing_fits(auth_source, given, profile, options.get("profile"), profile_file))


def choose_subscription(options: Mapping[str, t.Any], profile_file: str = PROFILE_FILE) -> str | None:
    """The subscription: the task's option, else that of the profile. Raises CredentialError as ``read_profile``."""
    return options.get("subscription_id") or _profile_of(options, profile_file).get("subscription_id")


def _profile_of(options: Mapping[str, t.Any], profile_file: str) -> dict[str, str]:
    """The profile that the task names, or the default one; empty if its ``auth_source`` excludes it."""
    if options.get("auth_source") in ("env", "cli", "msi"):
        return {}
    return read_profile(options.get("profile"), profile_file)


def read_profile(profile: str | None, profile_file: str = PROFILE_FILE) -> dict[str, str]:
    """The settings in a section of the profile file that have a value.

    Without a name the section is ``default``, which may be absent. Raises CredentialError if a named one is.
    """
    path = Path(os.path.expanduser(profile_file))
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
        return {PROFILE_NAMES.get(name, name): value for name, value in section.items() if value}
    if profile:
        raise CredentialError(f"profile '{profile}' in {profile_file}: {problem}.")
    return {}


def _proofs(settings: Mapping[str, str]) -> list[str]:
    """The options that prove an application's identity and are set, in the order of preference."""
    return [name for name in PROOFS if settings.get(name)]


def _application(proof: str, settings: Mapping[str, str]) -> Source:
    missing = [name for name in ("tenant", "client_id") if not settings.get(name)]
    if missing:
        raise CredentialError(
            f"{proof} is set, but not {' and '.join(missing)}: checked were the options, their environment "
            "variables and the profile file. Set what is missing."
        )
    tenant, client_id = settings["tenant"], settings["client_id"]
    if proof == "secret":
        return ClientSecret(tenant, client_id, settings[proof])
    if proof == "x509_certificate_path":
        return ClientCertificate(tenant, client_id, settings[proof])
    kind = OidcToken if proof == "oidc_token" else FederatedToken
    return kind(tenant, client_id, settings[proof])


def _nothing_fits(
    auth_source: str, given: Mapping[str, str], profile: Mapping[str, str], name: str | None, profile_file: str
) -> str:
    """The message that names each place where a credential may be, and what is missing there."""
    missing = f"missing one of {', '.join(PROOFS)}"
    checked = []
    if auth_source != "credential_file":
        have = f" (set: {', '.join(given)})" if given else ""
        checked.append(f"options and environment variables: {missing}{have}")
    if auth_source != "env":
        state = missing if profile else "no such file or section"
        checked.append(f"section [{name or 'default'}] of {profile_file}: {state}")
    if auth_source == "auto":
        named = "client_id" in {**given, **profile}
        reason = "not used, because client_id names another identity" if named else "the program az is not installed"
        checked.append(f"Azure CLI: {reason}")
        checked.append("managed identity: used only with auth_source=msi")
    return (
        f"No usable credential (auth_source={auth_source}). Checked: {'; '.join(checked)}. Complete one of them; a "
        "user name with a password (ad_user, AZURE_AD_USER, AZURE_PASSWORD) is not supported."
    )
