# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Where a cloud's services stand: the public clouds, and the clouds that describe themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

METADATA_PATH = "/metadata/endpoints"
METADATA_API_VERSION = "2022-09-01"


@dataclass(frozen=True)
class Cloud:
    """Addresses of one cloud; URLs have no trailing slash."""

    name: str
    resource_manager: str
    authority: str
    storage_suffix: str
    ml_audience: str
    arm_audience: str | None = None

    @property
    def management_audience(self) -> str:
        """The audience of tokens for the resource manager."""
        return self.arm_audience or self.resource_manager


KNOWN: Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="AzureCloud",
            resource_manager="https://management.azure.com",
            authority="https://login.microsoftonline.com",
            storage_suffix="core.windows.net",
            ml_audience="https://ml.azure.com",
        ),
        Cloud(
            name="AzureChinaCloud",
            resource_manager="https://management.chinacloudapi.cn",
            authority="https://login.chinacloudapi.cn",
            storage_suffix="core.chinacloudapi.cn",
            ml_audience="https://ml.azure.cn",
        ),
        Cloud(
            name="AzureUSGovernment",
            resource_manager="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            storage_suffix="core.usgovcloudapi.net",
            ml_audience="https://ml.azure.us",
        ),
    )
}


def from_metadata(document: Any, arm_url: str) -> Cloud:
    """Read a cloud from its resource manager's metadata document, an object or a list of objects.

    :param document: the parsed JSON of ``GET {arm_url}/metadata/endpoints``
    :param arm_url: where it was read; chooses the entry of a list, and stands in for an entry without address
    :raises ValueError: the document lacks what a cloud needs; the text names the key
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
        if not address.startswith("https://"):
            raise ValueError(f"its address '{address}' does not begin with https://")
    return Cloud(
        name=str(entry.get("name") or resource_manager),
        resource_manager=resource_manager,
        authority=authority,
        storage_suffix=_text(suffixes, "storage").lstrip("."),
        ml_audience=_ml_audience(portal),
        arm_audience=_arm_audience(authentication.get("audiences"), resource_manager),
    )


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _entry(document: Any, arm_url: str) -> Mapping[str, Any]:
    entries = [
        entry for entry in (document if isinstance(document, list) else [document]) if isinstance(entry, Mapping)
    ]
    if not entries:
        raise ValueError("it is neither an object nor a list of objects")
    return next((entry for entry in entries if _address(entry) == origin(arm_url)), entries[0])


def _address(entry: Mapping[str, Any]) -> str | None:
    address = entry.get("resourceManager")
    return address.rstrip("/").lower() if isinstance(address, str) and address else None


def _text(section: Mapping[str, Any], key: str) -> str:
    value = section.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"it has no text under '{key}'")
    return value


def _ml_audience(portal: str) -> str:
    """The metadata has no machine-learning audience: it ends as the portal's host does, behind its second label."""
    match = re.fullmatch(r"[^.]+\.[^.]+\.(?P<suffix>.+)", urlsplit(portal).netloc.lower())
    if match is None:
        raise ValueError(f"its portal '{portal}' is not of the form https://portal.<name>.<suffix>")
    return f"https://ml.azure.{match['suffix']}"


def _arm_audience(audiences: Any, resource_manager: str) -> str | None:
    """The resource manager's own address where the cloud takes it as audience, else the first that is listed."""
    listed = [str(audience).rstrip("/") for audience in audiences] if isinstance(audiences, list) else []
    return None if not listed or resource_manager in (item.lower() for item in listed) else listed[0]
