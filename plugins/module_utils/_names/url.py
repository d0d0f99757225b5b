# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Parts of URLs."""

from __future__ import annotations

from urllib.parse import urlsplit


def origin(url: str) -> str:
    """Scheme, host and port of a URL, in lower case: ``https://management.azure.com``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def without_query(url: str) -> str:
    """The URL up to its query, which may hold a signature."""
    return url.split("?", 1)[0]
