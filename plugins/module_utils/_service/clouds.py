# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Azure clouds and the addresses of their services: the public ones, and those that ARM describes."""

from __future__ import annotations

import contextlib
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .._cache import Cache
from .._errors import AzureMLError, InvalidOption
from .._names.url import is_https, origin

if t.TYPE_CHECKING:
    from .http_client import HttpClient

METADATA_PATH = "/metadata/endpoints"
METADATA_API_VERSION = "2022-09-01"
STORAGE_AUDIENCE = "https://storage.azure.com"


@dataclass(frozen=True)
class Cloud:
    """Addresses of one cloud; URLs have no trailing slash, and domains no dot before them.

    ``scoring_domain`` and ``regional_domain``: the domains of scoring hosts, and of the hosts of each region (run
    history, the jobs data plane, registries). Empty if not known: then both are below the host of ``ml_audience``.
    """

    name: str
    resource_manager: str
    authority: str
    storage_suffix: str
    ml_audience: str
    arm_audience: str | None = None
    scoring_domain: str = ""
    regional_domain: str = ""

    @property
    def management_audience(self) -> str:
        """The audience of tokens for ARM."""
        return self.arm_audience or self.resource_manager

    @property
    def title(self) -> str:
        """The cloud, for messages."""
        return f"cloud {self.name}" if self.name in KNOWN else f"the cloud of {self.resource_manager}"

    def hosts(self, audience: str) -> frozenset[str]:
        """The domains (with a dot before them) and hosts to which tokens for an audience are sent, besides ARM's."""
        ml = urlsplit(self.ml_audience).hostname or ""
        scoring, regional = (f".{domain or ml}" for domain in (self.scoring_domain, self.regional_domain))
        storage = urlsplit(f"//{self.storage_suffix}").hostname or ""
        found: set[str] = set()
        if audience == self.management_audience:
            found |= {regional}
        if audience == self.ml_audience:
            found |= {scoring, regional}
        if audience == STORAGE_AUDIENCE:
            # Without a domain for accounts, they are in the path, as in private clouds.
            found |= {storage, f".{storage}"}
        return frozenset(found)


# Sources: the Azure CLI and azure-ai-ml 1.20 (_azure_environments.py) for all but the last two, which are in the list
# of public DNS zones of Azure Machine Learning ("Azure Private Endpoint private DNS zone values", and "Use your
# workspace with a custom DNS server", learn.microsoft.com); those of the public cloud are recorded, too (batch contract
# 5.1, 6.1).
KNOWN: Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="AzureCloud",
            resource_manager="https://management.azure.com",
            authority="https://login.microsoftonline.com",
            storage_suffix="core.windows.net",
            ml_audience="https://ml.azure.com",
            scoring_domain="inference.ml.azure.com",
            regional_domain="api.azureml.ms",
        ),
        Cloud(
            name="AzureChinaCloud",
            resource_manager="https://management.chinacloudapi.cn",
            authority="https://login.chinacloudapi.cn",
            storage_suffix="core.chinacloudapi.cn",
            ml_audience="https://ml.azure.cn",
            scoring_domain="inference.ml.azure.cn",
            regional_domain="api.ml.azure.cn",
        ),
        Cloud(
            name="AzureUSGovernment",
            resource_manager="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            storage_suffix="core.usgovcloudapi.net",
            ml_audience="https://ml.azure.us",
            scoring_domain="inference.ml.azure.us",
            regional_domain="api.ml.azure.us",
        ),
    )
}


def find_cloud(cloud_environment: str, http: HttpClient, *, cache: Cache, authority: str | None = None) -> Cloud:
    """The cloud of a known name, or the one that an ARM address describes; then at most one request.

    :param cloud_environment: ``AzureCloud``, ``AzureChinaCloud``, ``AzureUSGovernment`` or an https URL
    :param authority: login address to use in place of the cloud's
    :param cache: keeps descriptions for a day
    :raises InvalidOption: ``cloud_environment`` is neither a known name nor a usable address
    :raises AzureMLError: the address gives no answer, or none that describes a cloud
    """
    names = {name.lower(): cloud for name, cloud in KNOWN.items()}
    cloud = names.get(cloud_environment.lower()) or _read_cloud(cloud_environment, http, cache)
    if not authority:
        return cloud
    address = authority if "://" in authority else f"https://{authority}"
    if not is_https(address):
        raise InvalidOption(f"authority_host '{authority}' is not the address of a host that begins with https://.")
    return replace(cloud, authority=address.rstrip("/"))


def from_metadata(document: t.Any, arm_url: str) -> Cloud:
    """The cloud in ARM's metadata document, which is an object or a list of objects.

    :param document: the parsed JSON of ``GET {arm_url}/metadata/endpoints``
    :param arm_url: where it was read; selects the entry of a list, and is the address of an entry without one
    :raises ValueError: the document has not all that a cloud needs; the text names the key
    """
    entry = _entry(document, arm_url)
    portal = _text(entry, "portal")
    authentication = entry.get("authentication")
    if not isinstance(authentication, Mapping):
        raise ValueError("it has no object 'authentication'")
    suffixes = entry.get("suffixes")
    if not isinstance(suffixes, Mapping):
        raise ValueError("it has no object 'suffixes'")
    resource_manager = _address(entry) or origin(arm_url)
    authority = _text(authentication, "loginEndpoint").rstrip("/")
    for address in (resource_manager, authority):
        if not is_https(address):
            raise ValueError(f"'{address}' is not the address of a host that begins with https://")
    ml_audience = _ml_audience(portal)
    # A description of a known cloud, as at an address of its own ARM, lacks these domains.
    known = next((cloud for cloud in KNOWN.values() if cloud.ml_audience == ml_audience), None)
    return Cloud(
        name=str(entry.get("name") or resource_manager),
        resource_manager=resource_manager,
        authority=authority,
        storage_suffix=_text(suffixes, "storage").lstrip("."),
        ml_audience=ml_audience,
        arm_audience=_arm_audience(authentication.get("audiences"), resource_manager),
        scoring_domain=known.scoring_domain if known else "",
        regional_domain=known.regional_domain if known else "",
    )


def _read_cloud(cloud_environment: str, http: HttpClient, cache: Cache) -> Cloud:
    """The cloud that ARM describes at an address, from the cache if it was read within a day."""
    if not is_https(cloud_environment):
        raise InvalidOption(
            f"cloud_environment '{cloud_environment}' is neither one of {', '.join(KNOWN)} "
            "nor the address of a resource manager that begins with https://."
        )
    url = cloud_environment.rstrip("/")
    if not url.split("?")[0].endswith(METADATA_PATH):
        url = f"{url}{METADATA_PATH}?api-version={METADATA_API_VERSION}"
    # The same address under other trusted authorities may be another cloud.
    key = ["cloud", url, http.trust_fingerprint()]
    cached = cache.read(key)
    with contextlib.suppress(ValueError):  # a damaged cache is ignored, and read again
        return from_metadata(cached[0] if cached else None, url)
    document = http.send("GET", url, what=f"read the description of cloud {origin(url)}").json()
    try:
        cloud = from_metadata(document, url)
    except ValueError as error:
        problem = str(error)
    else:
        cache.write(key, document)
        return cloud
    raise AzureMLError(f"{origin(url)} does not describe a cloud: {problem}. Check cloud_environment.")


def _entry(document: t.Any, arm_url: str) -> Mapping[str, t.Any]:
    entries = [
        entry for entry in (document if isinstance(document, list) else [document]) if isinstance(entry, Mapping)
    ]
    if not entries:
        raise ValueError("it is neither an object nor a list of objects")
    return next((entry for entry in entries if _address(entry) == origin(arm_url)), entries[0])


def _address(entry: Mapping[str, t.Any]) -> str | None:
    address = entry.get("resourceManager")
    return address.rstrip("/").lower() if isinstance(address, str) and address else None


def _text(section: Mapping[str, t.Any], key: str) -> str:
    value = section.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"it has no text under '{key}'")
    return value


def _ml_audience(portal: str) -> str:
    """The audience of Azure Machine Learning, which the metadata lacks: it ends as the portal's host does.

    That is, with all that follows the second label: ``portal.azure.us`` gives ``https://ml.azure.us``.
    """
    match = re.fullmatch(r"[^.]+\.[^.]+\.(?P<suffix>.+)", urlsplit(portal).netloc.lower())
    if match is None:
        raise ValueError(f"its portal '{portal}' is not of the form https://portal.<name>.<suffix>")
    return f"https://ml.azure.{match['suffix']}"


def _arm_audience(audiences: t.Any, resource_manager: str) -> str | None:
    """None if ARM's own address is one of the audiences or none is listed, else the first of them."""
    listed = [str(audience).rstrip("/") for audience in audiences] if isinstance(audiences, list) else []
    return None if not listed or resource_manager in (item.lower() for item in listed) else listed[0]
