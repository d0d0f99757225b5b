"""Names of a workspace as the command line and the controls take them: `[SUBSCRIPTION/]GROUP/NAME[@REGION]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP = re.compile(r"[-\w.()]{1,89}[-\w()]|[-\w()]")
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}")
"""Service fact: asset contract 1.2."""
_REGION = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class WorkspaceName:
    """Where a workspace is; `subscription_id` and `region` are empty when they are the first workspace's."""

    resource_group: str
    name: str
    subscription_id: str = ""
    region: str = ""

    @classmethod
    def parse(cls, text: str) -> WorkspaceName:
        """The name that `text` spells. Raises ValueError with one line that says what is wrong."""
        place, _mark, region = text.partition("@")
        parts = place.split("/")
        if len(parts) not in (2, 3) or ("@" in text and not region):
            raise ValueError(f"--workspace takes [SUBSCRIPTION/]GROUP/NAME[@REGION], not '{text}'")
        subscription, group, name = ["", *parts][-3:]
        rules = (
            (_GUID, subscription, "subscription is a GUID"),
            (_GROUP, group, "resource group has 1 to 90 letters, digits and -_.()"),
            (_NAME, name, "workspace has 3 to 33 letters, digits, - and _"),
            (_REGION, region, "region is lower-case letters and digits"),
        )
        for rule, part, says in rules:
            if (part or rule in (_GROUP, _NAME)) and not rule.fullmatch(part):
                raise ValueError(f"--workspace '{text}': '{part}' does not fit; a {says}")
        return cls(group, name, subscription, region)
