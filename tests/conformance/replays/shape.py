"""Compares an answer with a recorded one: its shape, and its values up to ids, times and names of users."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .compare import body_of

_MASKS = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|<guid>"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<moment>"),
    (re.compile(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b"), "<number>"),
    (re.compile(r"(?<=[A-Za-z]=)H4sI[\w-]+"), "<token>"),
    (re.compile(r"\d{4}(-\d\d){5}-\d{7}"), "<moment>"),
    (re.compile(r"(?<=[?&]t=)\d+"), "<moment>"),
    (re.compile(r"\b[a-z]+_[a-z]+_[a-z0-9]{8}\b"), "<display name>"),
    (re.compile(r"(?<=[:/])[\w-]{43}(?=$|\?)"), "<id>"),
    (re.compile(r"\b\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M\b"), "<moment>"),
)
_WILDCARD = re.compile(r"(<(?!id>|moment>|number>|token>|display name>)[^<>]*>)")
_USERS = frozenset({"createdBy", "lastModifiedBy", "createdByType", "lastModifiedByType"})
# Headers whose values count down, differ each time or name a machine.
_VOLATILE = re.compile("ratelimit|time$|id$|cluster|length|date", re.IGNORECASE)


@dataclass(frozen=True)
class Recorded:
    """A recorded answer. `free` are parts that were a workspace's own; of a `trimmed` one only a part was kept."""

    answer: Mapping[str, Any]
    free: frozenset[str] = frozenset()
    trimmed: bool = False

    def differences(self, answer: httpx.Response) -> Iterator[str]:
        """Where an answer has not this shape."""
        recorded = self.answer
        if recorded.get("status") not in (None, answer.status_code):
            yield f"status {answer.status_code}: {answer.text}"
            return
        for name, text in recorded.get("headers", {}).items():
            if name not in answer.headers:
                # HTTP allows no Content-Length beside 204, and so does no server here.
                if answer.status_code != 204 or name != "Content-Length":
                    yield f"no header {name}"
            elif name not in self.free and not _VOLATILE.search(name):
                yield from self._scalar(name, text, answer.headers[name])
        if "body_text" in recorded:
            yield from self._scalar("body", recorded["body_text"], answer.text)
        elif "body" in recorded:
            yield from self._value("body", recorded["body"], body_of(answer))

    def _value(self, where: str, recorded: Any, found: Any) -> Iterator[str]:
        if where in self.free and (type(recorded) is type(found) or None in (recorded, found)):
            return
        if isinstance(recorded, dict) and isinstance(found, dict):
            for key in recorded.keys() | found.keys():
                if key not in found:
                    yield f"{where}.{key} is missing"
                elif key in recorded:
                    if key not in _USERS:
                        yield from self._value(f"{where}.{key}", recorded[key], found[key])
                elif not self.trimmed and f"{where}.{key}" not in self.free:
                    yield f"{where}.{key} is too much: {found[key]!r}"
        elif isinstance(recorded, list) and isinstance(found, list):
            yield from self._items(where, recorded, found)
        else:
            yield from self._scalar(where, recorded, found)

    def _items(self, where: str, recorded: list[Any], found: list[Any]) -> Iterator[str]:
        """Item by item; of a trimmed list each recorded item must be there, in the recorded order."""
        if not self.trimmed:
            if len(recorded) != len(found):
                yield f"{where} has {len(found)} items, not {len(recorded)}"
            for index, (one, other) in enumerate(zip(recorded, found, strict=False)):
                yield from self._value(f"{where}[{index}]", one, other)
            return
        rest = iter(found)
        for index, one in enumerate(recorded):
            if not any(not list(self._value(f"{where}[{index}]", one, other)) for other in rest):
                yield f"{where}[{index}] is not there, or not in this place: {one!r}"

    def _scalar(self, where: str, recorded: Any, found: Any) -> Iterator[str]:
        if isinstance(recorded, str) and isinstance(found, str):
            if recorded.startswith('{"') and found.startswith('{"'):
                yield from self._value(where, json.loads(recorded), json.loads(found))
                return
            pattern = "".join(
                ".*" if index % 2 else re.escape(part) for index, part in enumerate(_WILDCARD.split(_masked(recorded)))
            )
            if re.fullmatch(pattern, _masked(found), re.DOTALL):
                return
        elif _is_left_out(recorded) or (type(recorded) is type(found) and recorded == found):
            return
        yield f"{where} is {found!r}, recorded was {recorded!r}"


def _is_left_out(recorded: Any) -> bool:
    """Whether only words about a value were kept: `<the same envelope>`."""
    return isinstance(recorded, str) and _WILDCARD.fullmatch(recorded) is not None


def _masked(text: str) -> str:
    for pattern, mark in _MASKS:
        text = pattern.sub(mark, text)
    return text
