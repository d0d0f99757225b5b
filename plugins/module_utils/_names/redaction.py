# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Redaction: texts without the secrets in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "********"

# Shorter secrets are not searched for: they are parts of harmless words.
SHORTEST_SECRET = 6

# The query of a link to the studio names a workspace and a tenant. Every other query may be a signature.
_STUDIO_QUERY = r"(?:(?:wsid|tid)=[^\s\"'<>&]*&?)+(?![^\s\"'<>])"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?P<url>\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s?\"'<>]*)\?(?!{_STUDIO_QUERY})[^\s\"'<>]*"), r"\g<url>"),
    (re.compile(r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@\"'<>]+@"), rf"\g<scheme>{HIDDEN}@"),
    (re.compile(r"(?P<word>\b(?:Bearer|SharedKey)\s+)[^\s\"',;]{12,}", re.IGNORECASE), rf"\g<word>{HIDDEN}"),
    (
        re.compile(
            r"(?P<key>\b(?:sig|AccountKey|SharedAccessSignature|client_secret|client_assertion|access_token|password)"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&;,]+",
            re.IGNORECASE,
        ),
        rf"\g<key>{HIDDEN}",
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), HIDDEN),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without the given secrets and without anything that looks like one.

    Cut are: the query of every URL but a link to the studio, the user part of every URL, bearer tokens, signatures,
    keys and JSON web tokens.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_all(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Return a copy of a JSON value with every string in it redacted."""
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {key: redact_all(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_all(item, secrets) for item in value]
    return value
