# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The errors of the house, and the redaction that every one of them passes when it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "********"

# Cutting known secrets shorter than this out of texts would eat parts of innocent words.
SHORTEST_SECRET = 6

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A signed URL is a secret through its query; no message needs one.
    (re.compile(r"(?P<url>\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s?\"'<>]*)\?[^\s\"'<>]*"), r"\g<url>"),
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

    Cut are: the query and the user part of every URL, bearer tokens, signatures, keys and JSON web tokens.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_all(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Return a copy of a JSON-like value with every string in it redacted."""
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {key: redact_all(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_all(item, secrets) for item in value]
    return value


class AzureMLError(Exception):
    """What failed, on which resource, why and what to do; ``facts`` are further keys of the task's result.

    Message and facts are redacted here, when the error is made: whoever prints it later cannot leak.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(redact(message))
        self.facts: dict[str, Any] = redact_all(facts)

    @property
    def message(self) -> str:
        return str(self.args[0])


class InvalidOption(AzureMLError):
    """The task asks for something impossible; found before any write."""


class CredentialError(AzureMLError):
    """No credential is there, or the authority refuses the one that is."""


class ServiceError(AzureMLError):
    """The service answered, and refused. Facts: status, error (code, message), request_id, url (without query).

    ``retry_after``: the seconds that the service asks to wait, None when it does not say.
    """

    retry_after: float | None = None

    @property
    def status(self) -> int | None:
        return self.facts.get("status")

    @property
    def code(self) -> str | None:
        """The innermost code of the service's answer."""
        error = self.facts.get("error")
        return error.get("code") if isinstance(error, dict) else None


class NotFoundError(ServiceError):
    """The resource itself is absent (404)."""


class ParentNotFoundError(ServiceError):
    """The workspace, resource group or subscription is absent: nothing is known about the resource asked for."""


class ConflictError(ServiceError):
    """The service refuses because of what stands there (409)."""


class ThrottledError(ServiceError):
    """Too many requests (429), also after all the repeats that were allowed."""


class ConnectionFailed(AzureMLError):
    """No usable answer came. Fact ``sent``: False when the request certainly did not reach the service, else None
    (it may have been processed) or True (it was answered, but the answer is not readable)."""

    @property
    def sent(self) -> bool | None:
        return self.facts.get("sent")


class OperationFailed(AzureMLError):
    """A long-running operation was accepted and then ended as Failed or Canceled."""


class WaitTimeout(AzureMLError):
    """Time is up while the operation goes on; running the task again resumes the wait."""


class ImmutableFieldError(AzureMLError):
    """The service cannot change this field of an existing resource."""


class MissingLibrary(AzureMLError):
    """A Python package is not installed where the task runs."""

    def __init__(self, library: str, traceback: str | None = None) -> None:
        super().__init__(f"The Python package '{library}' is not installed for the interpreter that runs this task.")
        self.library = library
        self.traceback = traceback
