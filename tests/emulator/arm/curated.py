"""Environments that the service itself keeps, in its registry `azureml`: any name that starts with `AzureML-`."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from ..state import Resource

LATEST = "36"
"""The version that the label `latest` means. Which versions there are is not known here: all are taken on trust."""

_MADE = datetime(2024, 6, 5, 18, 47, 2, 417_355, tzinfo=timezone.utc)
_PREFIX = "AzureML-"
_SHORT = re.compile(r"(?:azureml:)?(AzureML-[^:@/]+)(?::([^:@/]+)|@latest)")


def is_curated(reference: str) -> bool:
    """Whether a short reference, by number or by `@latest`, names such an environment."""
    return _SHORT.fullmatch(reference) is not None


def expanded(reference: Any) -> Any:
    """The address in the registry that a short reference means; anything else as it is.

    Service fact: asset contract 14.32.
    """
    short = _SHORT.fullmatch(reference) if isinstance(reference, str) else None
    if short is None:
        return reference
    return f"azureml://registries/azureml/environments/{short[1]}/versions/{short[2] or LATEST}"


def curated_version(container_path: str, version: str = LATEST) -> Resource | None:
    """A version as a workspace shows it; None when the name or the version is not one of the service's.

    Service fact: asset contract 1.2, 7.2.
    """
    name = container_path.rsplit("/", 1)[1]
    if not name.startswith(_PREFIX) or not version.isdecimal():
        return None
    properties = {
        "tags": {},
        "properties": {},
        "isArchived": False,
        "isAnonymous": False,
        "environmentType": "Curated",
        "image": f"mcr.microsoft.com/azureml/curated/{name.removeprefix(_PREFIX).lower()}:{version}",
        "condaFile": "",
        "osType": "Linux",
        "autoRebuild": "Disabled",
        "stage": "Development",
    }
    return Resource(f"{container_path}/versions/{version}", properties, created=_MADE, modified=_MADE)
