# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The hosts that may get a token: those of the cloud, and those that the task trusts.

Addresses of scoring, regional and storage hosts come from resources of the workspace, which others may write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from .._errors import CredentialError, InvalidOption
from .._names.url import is_https, without_query
from .clouds import Cloud

# A host name or an IP address; with a dot before it, all hosts below that domain.
_ENTRY = re.compile(r"\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:]*:[0-9a-f:.]+")


class TrustedHosts:
    """The hosts to which tokens of one cloud may be sent.

    :param trusted: further hosts: a name (``storage.internal``), or a domain with a dot before it (``.internal``).
        Ports do not count
    :raises InvalidOption: one of them is neither
    """

    def __init__(self, cloud: Cloud, trusted: Iterable[str] = ()) -> None:
        self._cloud = cloud
        self._trusted = frozenset(filter(None, map(_entry, trusted)))

    def check(self, url: str, audience: str) -> None:
        """Raises CredentialError unless tokens for this audience may be sent to the host of the URL."""
        host = _host(url)
        entries = {_host(self._cloud.resource_manager), *self._cloud.hosts(audience), *self._trusted}
        if not is_https(url) or not any(_covers(entry, host) for entry in entries):
            raise CredentialError(
                f"No token is sent to '{host or without_query(url)}': it is not a host of {self._cloud.title} for "
                f"{audience}. Correct the address where the workspace has it (the endpoint of the datastore, the host "
                "of the scoring URI), or name the host in trusted_hosts (AZUREML_TRUSTED_HOSTS) if it is yours."
            )


def _covers(entry: str, host: str) -> bool:
    return host == entry or (entry.startswith(".") and host.endswith(entry))


def _entry(text: str) -> str:
    """One of trusted_hosts in the form in which hosts are compared."""
    entry = str(text).strip().lower()
    if entry.startswith("[") and entry.endswith("]"):
        entry = entry[1:-1]
    if entry and not _ENTRY.fullmatch(entry):
        raise InvalidOption(
            f"trusted_hosts: '{text}' is neither the name of a host (storage.internal) nor a domain with a dot before "
            "it (.internal). Leave out scheme, port and path."
        )
    return entry


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # not an address
        return ""
