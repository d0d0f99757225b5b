# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Parts of URLs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Blanks, control characters and backslashes: clients disagree on the host of such a URL.
_AMBIGUOUS = re.compile(r"[\s\x00-\x1f\x7f\\]")


def is_https(url: str) -> bool:
    """Whether a text is the URL of a host to which secrets may be sent: over TLS, and without a user in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
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
