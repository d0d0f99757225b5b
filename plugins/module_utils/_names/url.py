# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Parts of URLs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qs, quote, urlsplit

# Blanks, control characters and backslashes: clients disagree on the host of such a URL.
_AMBIGUOUS = re.compile(r"[\s\x00-\x1f\x7f\\]")
# The parameters of a shared access signature (SAS).
_SIGNATURE = re.compile(
    r"sig|s[eiprstv]|srt|sip|spr|ses|sdd|scid|sk[estv]|sk[ot]id|skdutid|saoid|sd?uoid|rsc[cdelt]", re.IGNORECASE
)


def is_https(url: str) -> bool:
    """Whether a text is the URL of a host to which secrets may be sent: over TLS, and without a user in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
        if "[" in parts.netloc:
            ipaddress.IPv6Address(parts.hostname or "")  # Python 3.10 takes any text in brackets
    except ValueError:
        return False
    safe = parts.scheme == "https" and "@" not in parts.netloc and not _AMBIGUOUS.search(url)
    return safe and bool(parts.hostname) and port != 0


def origin(url: str) -> str:
    """Scheme, host and port of a URL, in lower case: ``https://management.azure.com``. Empty for what is no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def without_query(url: str) -> str:
    """The URL up to its query, which may hold a signature."""
    return url.split("?", 1)[0]


def split_signature(url: str) -> tuple[str, str]:
    """A URL without its shared access signature, and the signature's parameters, empty if it has none.

    A renewed signature opens the same data, so it does not count when URLs are compared; other parameters do.
    """
    address, mark, query = url.partition("?")
    parameters = [part for part in query.split("&") if part]
    signature = [part for part in parameters if _SIGNATURE.fullmatch(part.partition("=")[0])]
    if not any(part.lower().startswith("sig=") for part in signature):
        return url if query else address, ""
    kept = [part for part in parameters if part not in signature]
    return address + (mark + "&".join(kept) if kept else ""), "&".join(signature)


def signature_secrets(signature: str) -> list[str]:
    """The texts of a signature's parameters that must not be shown: all of them together, and ``sig`` in any form."""
    found = parse_qs(signature).get("sig", [])
    return [signature, *found, *(quote(text, safe="") for text in found)] if signature else []
