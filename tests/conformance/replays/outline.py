"""Compares an answer with one that nobody recorded: status and shape as the description has them, no values.

What a description says may be wrong: that its figures agree with the emulator shows no more than that both were read
from the same text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .compare import body_of

_KINDS = ((bool, "flag"), (int, "number"), (float, "number"), (str, "text"), (dict, "object"), (list, "array"))


@dataclass(frozen=True)
class Outline:
    """A described answer, and the others that are described beside it.

    `absent` are headers and keys that no recorded answer has, although they are described; `status` is what recordings
    of another endpoint show where the description has another one.
    """

    answers: tuple[Mapping[str, Any], ...]
    absent: frozenset[str] = frozenset()
    status: int | None = None

    def differences(self, answer: httpx.Response) -> list[str]:
        """Where the answer has not the shape of any described one; nothing when it has that of one."""
        found = [list(self._differences(described, answer)) for described in self.answers]
        return min(found, key=len)

    def _differences(self, described: Mapping[str, Any], answer: httpx.Response) -> Iterator[str]:
        statuses = described.get("status")
        allowed = [self.status] if self.status else statuses if isinstance(statuses, list) else [statuses]
        if answer.status_code not in allowed and allowed != [None]:
            yield f"status {answer.status_code}: {answer.text}"
        for name, text in described.get("headers", {}).items():
            if name not in answer.headers and name not in self.absent and "optional" not in text:
                yield f"no header {name}"
        if "message" in described and described["message"].lower() not in answer.text.lower():
            yield f"not the described text: {answer.text}"
        if isinstance(described.get("body"), dict):
            yield from self._value("body", described["body"], body_of(answer))

    def _value(self, where: str, described: Any, found: Any) -> Iterator[str]:
        if where in self.absent or described is None or found is None:
            return
        if _kind(described) != _kind(found):
            yield f"{where} is {found!r}, not as described: {described!r}"
        elif isinstance(described, dict):
            for key, value in described.items():
                if key in found:
                    yield from self._value(f"{where}.{key}", value, found[key])
                elif f"{where}.{key}" not in self.absent:
                    yield f"{where}.{key} is missing"
        elif isinstance(described, list):
            for index, (one, other) in enumerate(zip(described, found, strict=False)):
                yield from self._value(f"{where}[{index}]", one, other)
            if described and not found:
                yield f"{where} is empty"


def _kind(value: Any) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")
