# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Error answers of the services: the innermost code, a readable text, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Texts that say less than those of the errors inside them. Service fact: batch contract 9.1, assets contract 1.5.
_EMPTY_TEXTS = frozenset({"", "the specified resource was not found", "systemerror", "usererror"})
_LONGEST_TEXT = 1500
_DEEPEST = 20
_STACK_FRAME = re.compile(
    r"^[ \t]*(?:at [\w.<>`\[\],+|]+\(.*?\)(?: in \S.*)?|--- End of .*stack trace.*)[ \t]*\r?$", re.MULTILINE
)
_VALIDATION_LIST = re.compile(r"\s*(?:Errors:)?\s*(\[\s*\{.*\}\s*\])\s*", re.DOTALL)


@dataclass(frozen=True)
class ErrorBody:
    """The innermost code of an error (None if it has none), and its text in one line."""

    code: str | None
    text: str


def read_error_body(body: Any) -> ErrorBody:
    """Parse an error answer in any of the shapes that the services use; any other shape gives an empty ErrorBody.

    Service fact: batch contract 9.1 (management), 9.2 (data plane), 2.2 (failed operation), assets contract 1.5.
    """
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, str):
        # The shape of the authority, RFC 6749 section 5.2.
        return ErrorBody(error, _one_line(str(body.get("error_description") or "")))
    if not isinstance(error, dict):
        return ErrorBody(None, "")
    codes, texts = zip(*_layers(error), strict=True)
    code = _inner_error_code(error) or next((code for code in reversed(codes) if code), None)
    telling = list(dict.fromkeys(text for text in texts if text.rstrip(".").lower() not in _EMPTY_TEXTS))
    return ErrorBody(code, _one_line(" ".join(telling or [texts[0]])))


def remedy(fault: ErrorBody, status: int | None = None) -> str | None:
    """What the user can do about an error, in one or two sentences; None if that is not known."""
    return next((entry.advice for entry in _REMEDIES if entry.fits(fault, status)), None)


def explain(fault: ErrorBody, status: int | None = None) -> str:
    """The error in sentences: its code, its text, and what to do."""
    cause = ": ".join(part for part in (fault.code, fault.text) if part) or "the service gives no reason"
    stop = "" if cause.endswith((".", "!", "?")) else "."
    advice = remedy(fault, status)
    return f"{cause}{stop} {advice}" if advice else f"{cause}{stop}"


def _layers(error: dict[str, Any], depth: int = 0) -> Iterator[tuple[str | None, str]]:
    """Code and text of an error and of the errors inside it, outermost first; what is absurdly deep is left out."""
    message = error.get("message")
    nested = _parsed(message)
    text = "" if nested is not None or not isinstance(message, str) else _with_validation_errors(message)
    yield (_code(error), text)
    if isinstance(nested, dict):
        yield from _layers_of(nested, depth)
    for detail in _list(error, "details"):
        yield from _layers_of(detail, depth)
    for entry in _list(error, "additionalInfo"):
        info = entry.get("info") if isinstance(entry, dict) else None
        yield from _layers_of(info.get("error") if isinstance(info, dict) else None, depth)


def _layers_of(value: Any, depth: int) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, dict) and depth < _DEEPEST:
        inner = value.get("error", value)
        yield from _layers(inner if isinstance(inner, dict) else {"message": str(inner)}, depth + 1)


def _inner_error_code(error: dict[str, Any]) -> str | None:
    """The deepest code of the InnerError entry (management) or of ``innerError`` (data plane)."""
    chain: Any = error.get("innerError")
    for entry in _list(error, "additionalInfo"):
        if isinstance(entry, dict) and entry.get("type") == "InnerError" and isinstance(entry.get("info"), dict):
            chain = entry["info"].get("value")
    code = None
    while isinstance(chain, dict):
        code = _code(chain) or code
        chain = chain.get("innerError")
    return code


def _code(error: dict[str, Any]) -> str | None:
    """The code of an error, None for what is no text: proxies answer with errors of their own shapes."""
    code = error.get("code")
    return code if isinstance(code, str) and code else None


def _list(error: dict[str, Any], key: str) -> list[Any]:
    value = error.get(key)
    return value if isinstance(value, list) else []


def _parsed(message: Any) -> Any:
    """The error that some services put into a message as JSON text; None for any other message."""
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


def _with_validation_errors(message: str) -> str:
    """The message with ``PropertyName: ErrorMessage`` in place of a JSON list of validation errors.

    Attempted values are left out, for they may be secrets.
    """
    match = _VALIDATION_LIST.search(message)
    if match is None:
        return message
    try:
        entries = json.loads(match[1])
    except (ValueError, RecursionError):
        return message
    found = [entry for entry in entries if isinstance(entry, dict)]
    parts = "; ".join(f"{entry.get('PropertyName')}: {entry.get('ErrorMessage')}" for entry in found)
    return f"{message[: match.start()]} {parts}{message[match.end() :]}"


def _one_line(text: str) -> str:
    text = " ".join(_STACK_FRAME.sub("", text).split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} ..."


@dataclass(frozen=True)
class _Remedy:
    """Advice for an error with one of the codes or statuses, or with a text that matches the pattern."""

    advice: str
    codes: frozenset[str] = frozenset()
    pattern: str | None = None
    statuses: frozenset[int] = frozenset()

    def fits(self, fault: ErrorBody, status: int | None) -> bool:
        matches = self.pattern is not None and re.search(self.pattern, fault.text, re.IGNORECASE) is not None
        return matches or fault.code in self.codes or status in self.statuses


# The first that fits is used, so patterns and codes come before the statuses that they come with.
_REMEDIES = (
    _Remedy(
        pattern=r"must be unique within (?:the|a) region|already an endpoint with this name",
        advice="Endpoint names are unique in the whole region: choose another one, for instance with a suffix.",
    ),
    _Remedy(
        pattern=r"tag values must not be null or empty",
        advice="Give every tag a value; empty tags that the resource inherits (for instance by policy) count too.",
    ),
    _Remedy(
        pattern=r"audiences in jwt are not allowed",
        advice="The token was made for another service: check cloud_environment.",
    ),
    _Remedy(
        pattern=r"no valid deployments to route to",
        advice="The endpoint has no default deployment, or the one that the task names is not ready: set a default, "
        "name another one, or wait until it is created (wait_for_deployment).",
    ),
    _Remedy(
        pattern=r"asset paths cannot be updated|is already registered and cannot be changed",
        advice="A registered version is immutable: register the new content as another version.",
    ),
    _Remedy(
        pattern=r"requires workspace private endpoint",
        advice="Give the workspace a private endpoint first, or enable_node_public_ip: true.",
    ),
    _Remedy(
        codes=frozenset({"ModelAssetPathNotFoundInStorage"}),
        advice="There is nothing to register. Correct path, or upload the model first.",
    ),
    _Remedy(
        codes=frozenset({"SubscriptionNotFound", "InvalidSubscriptionId", "MissingSubscription"}),
        advice="Check subscription_id, and that the identity may see the subscription.",
    ),
    _Remedy(
        codes=frozenset({"ResourceGroupNotFound"}),
        advice="Check resource_group and subscription_id.",
    ),
    _Remedy(
        codes=frozenset({"ParentResourceNotFound", "ResourceNotFound"}),
        advice="Check workspace_name, resource_group and subscription_id, and the names of what holds this resource.",
    ),
    _Remedy(
        codes=frozenset({"NoRegisteredProviderFound", "MissingSubscriptionRegistration"}),
        advice="Register the provider Microsoft.MachineLearningServices in the subscription; "
        "if it is, this cloud or region does not offer the API version that is used.",
    ),
    _Remedy(
        codes=frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed"}),
        statuses=frozenset({403}),
        advice="Give the identity a role that allows this on the workspace, for instance AzureML Data Scientist; "
        "a new role assignment takes some minutes to work.",
    ),
    _Remedy(
        statuses=frozenset({401}),
        advice="The service does not accept the token: check tenant, cloud_environment and this host's clock.",
    ),
    _Remedy(
        statuses=frozenset({429}),
        advice="The subscription has sent too many requests: run again later, or run fewer tasks in parallel.",
    ),
    _Remedy(
        statuses=frozenset({500, 502, 503, 504}),
        advice="The service failed: run the task again later.",
    ),
)
