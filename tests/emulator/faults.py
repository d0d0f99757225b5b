"""Faults on demand: rules that say which requests they hit, and what then goes wrong.

A rule is a JSON object: what it matches (`MATCHES`), which of the matching requests it hits (`nth`, `count`), what
happens (`fault`) and that fault's own settings (`SETTINGS`). See the README for examples.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .settings import SURFACES

MATCHES = ("surface", "host", "method", "path", "query")
WHEN = ("before", "after")
ENDS = ("Failed", "Canceled", "never")
FORMS = ("seconds", "date")

SETTINGS: dict[str, dict[str, Any]] = {
    "drop": {"when": "after"},
    "reset": {"bytes": None},
    "delay": {"seconds": 1.0, "when": "before"},
    "answer": {"status": 503, "code": None, "message": None, "retry_after": None, "form": "seconds", "when": "before"},
    "expired_token": {},
    "truncate": {},
    "garble": {},
    "operation": {"ends": "Failed"},
}
"""Kinds of faults, each with its settings and their defaults."""


class BadRule(ValueError):
    """A rule that says nothing the emulator understands; the message names what is wrong."""


@dataclass
class Rule:
    """One rule, and how many requests it has matched and failed so far."""

    number: int
    fault: str
    match: dict[str, str]
    settings: dict[str, Any]
    nth: int = 1
    count: int = 1
    """How many matching requests in a row it hits, from the `nth` on; 0: all that follow."""
    seen: int = 0
    hits: int = 0
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False)

    def matches(self, request: Mapping[str, str]) -> bool:
        """Whether a request is of the kind that it is about."""
        for name, desired in self.match.items():
            if name in self.patterns:
                if not self.patterns[name].search(request[name]):
                    return False
            elif desired.lower() != request[name].lower():
                return False
        return True

    @property
    def is_due(self) -> bool:
        """Whether it hits the request that was counted last."""
        return self.seen >= self.nth and (self.count == 0 or self.hits < self.count)

    def as_dict(self) -> dict[str, Any]:
        """The rule as it was given, with its number and counts."""
        counts = {"id": self.number, "seen": self.seen, "hits": self.hits}
        return {**counts, "fault": self.fault, **self.settings, **self.match, "nth": self.nth, "count": self.count}


class Faults:
    """The rules in force, in the order in which they came."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._numbers = itertools.count(1)

    def add(self, given: Any) -> list[Rule]:
        """Take in a rule, or a list of them; all or none. Raises BadRule."""
        listed = given if isinstance(given, list) else [given]
        rules = [_read(item) for item in listed]
        for rule in rules:
            rule.number = next(self._numbers)
        self._rules += rules
        return rules

    def find(self, request: Mapping[str, str]) -> Rule | None:
        """The first rule that hits a request, or None; every rule that the request matches counts it."""
        found = None
        for rule in self._rules:
            if rule.matches(request):
                rule.seen += 1
                if found is None and rule.is_due:
                    rule.hits += 1
                    found = rule
        return found

    def remove(self, number: int) -> bool:
        """Drop one rule; False when there is none of this number."""
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.number != number]
        return len(self._rules) < before

    def clear(self) -> None:
        """Drop all rules."""
        self._rules.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """All rules as JSON objects."""
        return [rule.as_dict() for rule in self._rules]

    def __bool__(self) -> bool:
        return bool(self._rules)


def _read(given: Any) -> Rule:
    if not isinstance(given, dict):
        raise BadRule("a rule is an object")
    fault = given.get("fault")
    if fault not in SETTINGS:
        raise BadRule(f"'fault' is one of {', '.join(SETTINGS)}")
    allowed = {"fault", "nth", "count", *MATCHES, *SETTINGS[fault]}
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise BadRule(f"'{fault}' knows no {', '.join(unknown)}; it takes {', '.join(sorted(allowed))}")
    match = {name: _text(given, name) for name in MATCHES if name in given}
    if match.get("surface", SURFACES[0]) not in SURFACES:
        raise BadRule(f"'surface' is one of {', '.join(SURFACES)}")
    settings = {name: given.get(name, default) for name, default in SETTINGS[fault].items()}
    _check(settings)
    try:
        patterns = _patterns(match)
    except re.error as error:
        raise BadRule(f"'path' and 'query' are regular expressions: {error}") from error
    nth, count = _number(given, "nth", 1, 1), _number(given, "count", 1, 0)
    return Rule(0, fault, match, settings, nth, count, patterns=patterns)


def _patterns(match: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(match[name], re.IGNORECASE) for name in ("path", "query") if name in match}


def _check(settings: Mapping[str, Any]) -> None:
    for name, values in (("when", WHEN), ("ends", ENDS), ("form", FORMS)):
        if name in settings and settings[name] not in values:
            raise BadRule(f"'{name}' is one of {', '.join(values)}")
    for name in ("seconds", "status", "bytes", "retry_after"):
        value = settings.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0):
            raise BadRule(f"'{name}' is a number that is not negative")
    if "status" in settings and settings["status"] not in range(200, 600):
        raise BadRule("'status' is a whole number from 200 to 599")
    for name in ("code", "message"):
        if not isinstance(settings.get(name, ""), (str, type(None))):
            raise BadRule(f"'{name}' is a string")


def _text(given: Mapping[str, Any], name: str) -> str:
    if not isinstance(given[name], str):
        raise BadRule(f"'{name}' is a string")
    return str(given[name])


def _number(given: Mapping[str, Any], name: str, default: int, least: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadRule(f"'{name}' is a whole number, {least} or more")
    return value
