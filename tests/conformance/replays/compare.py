"""Compares an answer with the one that a case expects: status, headers, every key, type and value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

# What an expected text may have for a part that differs each time.
PLACEHOLDERS = {
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)",
    "<guid>": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "<hex>": r"[0-9a-f]+",
    "<text>": r".*",
}
MORE = "<more>"
"""An item of an expected list beside which there may be others, between its items too."""
_PLACEHOLDER = re.compile("|".join(PLACEHOLDERS))


def differences(expected: Mapping[str, Any], answer: httpx.Response) -> list[str]:
    """What is wrong with an answer; nothing when it is as expected."""
    found = [] if answer.status_code == expected["status"] else [f"status {answer.status_code}"]
    for name, value in expected.get("headers", {}).items():
        if name not in answer.headers:
            found.append(f"no header {name}")
        elif not matches(value, answer.headers[name]):
            found.append(f"header {name}: {answer.headers[name]!r}")
    found += [f"header {name} is there" for name in expected.get("without", []) if name in answer.headers]
    body = body_of(answer)
    if "body" in expected:
        found += values("body", expected["body"], body)
    elif answer.content:
        found.append(f"a body: {answer.text}")
    return found


def body_of(answer: httpx.Response) -> Any:
    """The JSON of an answer; None when it has no body."""
    return json.loads(answer.content) if answer.content else None


def values(where: str, expected: Any, found: Any) -> Iterator[str]:
    """Where a value is not what is expected, key by key."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            if key not in found:
                yield f"{where}.{key} is missing"
            elif key not in expected:
                yield f"{where}.{key} is too much: {found[key]!r}"
            else:
                yield from values(f"{where}.{key}", expected[key], found[key])
    elif isinstance(expected, list) and isinstance(found, list):
        if MORE in expected:
            yield from _some(where, [one for one in expected if one != MORE], found)
            return
        if len(expected) != len(found):
            yield f"{where} has {len(found)} items, not {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from values(f"{where}[{index}]", one, other)
    elif isinstance(expected, str) and isinstance(found, str):
        if not matches(expected, found):
            yield f"{where} is {found!r}, not {expected!r}"
    elif type(expected) is not type(found) or expected != found:
        yield f"{where} is {found!r}, not {expected!r}"


def _some(where: str, expected: list[Any], found: list[Any]) -> Iterator[str]:
    """Which expected items are not there in their order."""
    rest = iter(found)
    for one in expected:
        if not any(not list(values(where, one, other)) for other in rest):
            yield f"{where} has not, in this place, {one!r}"


def matches(expected: str, found: str) -> bool:
    """Whether a text is the expected one, placeholders matching what they are for."""
    pattern, end = "", 0
    for mark in _PLACEHOLDER.finditer(expected):
        pattern += re.escape(expected[end : mark.start()]) + PLACEHOLDERS[mark[0]]
        end = mark.end()
    return re.fullmatch(pattern + re.escape(expected[end:]), found, re.DOTALL) is not None
