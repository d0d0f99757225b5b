# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rules of a task: what is kept of each kind, and what becomes of the rest."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from .._errors import InvalidOption
from .._schema.resource_type import Options
from .item import ARCHIVABLE, BY_AGE, JOB, JOB_LOG, JOB_OUTPUT, KINDS, UPLOAD

DELETE, ARCHIVE = "delete", "archive"
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AGE = re.compile(r"(?P<number>\d{1,6})(?P<unit>[wdhms])")


def rule_options() -> dict[str, t.Any]:
    """The options of one rule."""
    return {
        "kind": {"type": "str", "choices": list(KINDS), "required": True},
        "name": {"type": "str"},
        "keep_newest": {"type": "int"},
        "keep_younger_than": {"type": "str"},
        "keep_tags": {"type": "dict"},
        "action": {"type": "str", "choices": [DELETE, ARCHIVE]},
    }


def read_age(option: str, text: str) -> datetime.timedelta:
    """An age such as ``30d`` or ``12h``. Raises InvalidOption for any other text."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise InvalidOption(
            f"{option}: {text!r} is no age. Write a number and a unit: 8w, 30d, 12h, 45m or 90s "
            "(weeks, days, hours, minutes, seconds)."
        )
    return datetime.timedelta(**{_UNITS[match["unit"]]: int(match["number"])})


@dataclasses.dataclass(frozen=True)
class Rule:
    """What is kept of a kind, or of one name of it. An item is kept if any of the conditions holds.

    ``tags``: tag -> value, None for any value.
    """

    kind: str
    name: str | None
    action: str
    newest: int = 0
    younger_than: datetime.timedelta | None = None
    tags: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)


class Rules:
    """All rules of a task. A rule that gives a name has precedence over the one of its kind without a name."""

    def __init__(self, rules: t.Iterable[Rule]) -> None:
        self._rules = {(rule.kind, _folded(rule.name)): rule for rule in rules}

    def __iter__(self) -> t.Iterator[Rule]:
        return iter(self._rules.values())

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(rule.kind for rule in self)

    def names(self, kind: str) -> frozenset[str] | None:
        """The names that the rules of a kind are about, in lower case; None for all names."""
        given = [_folded(rule.name) for rule in self if rule.kind == kind]
        return None if None in given else frozenset(str(name) for name in given)

    def find(self, kind: str, group: str) -> Rule | None:
        """The rule for an item. Without one of its own, the files of a job follow a rule that deletes the job."""
        rule = self._rules.get((kind, group.lower())) or self._rules.get((kind, None))
        if rule is None and kind in (JOB_OUTPUT, JOB_LOG):
            of_job = self.find(JOB, group)
            deletes = of_job is not None and of_job.action == DELETE
            return dataclasses.replace(of_job, newest=0) if of_job is not None and deletes else None
        return rule

    def follows_job(self, kind: str, group: str) -> bool:
        """Whether the files of jobs have no rule of their own, and go and stay with their job."""
        return not self._has(kind, group) and self.find(kind, group) is not None

    def _has(self, kind: str, group: str) -> bool:
        return (kind, group.lower()) in self._rules or (kind, None) in self._rules


def read_rules(given: t.Sequence[Options], min_age: str) -> Rules:
    """Raises InvalidOption for a rule that contradicts itself or another one. ``min_age`` is that of uploads."""
    youngest = read_age("min_age", min_age)
    rules: dict[tuple[str, str | None], Rule] = {}
    for number, options in enumerate(given):
        rule = _read_rule(f"rules.{number}", options, youngest)
        name = rule.kind, _folded(rule.name)
        if name in rules:
            which = f"for {rule.kind} {rule.name}" if rule.name else f"for all of the kind {rule.kind}"
            raise InvalidOption(f"rules.{number}: there is another rule {which}. Write one rule for both.")
        rules[name] = rule
    return Rules(rules.values())


def _read_rule(at: str, options: Options, min_age: datetime.timedelta) -> Rule:
    kind = options["kind"]
    action = options["action"] or (ARCHIVE if kind in ARCHIVABLE else DELETE)
    if action == ARCHIVE and kind not in ARCHIVABLE:
        raise InvalidOption(f"{at}.action: a {kind} cannot be archived. Write delete.")
    newest = options["keep_newest"]
    if newest is not None and newest < 0:
        raise InvalidOption(f"{at}.keep_newest: {newest} is too small: the smallest value is 0.")
    text = options["keep_younger_than"]
    age = read_age(f"{at}.keep_younger_than", text) if text is not None else None
    if kind == UPLOAD:
        age = max(age or min_age, min_age)
        if newest is not None or options["keep_tags"]:
            raise InvalidOption(f"{at}: an upload has neither versions nor tags. Give keep_younger_than alone.")
    if kind in BY_AGE and age is None:
        raise InvalidOption(f"{at}.keep_younger_than: it is missing: the rule for a {kind} needs an age. Add it.")
    if newest is None and age is None:
        raise InvalidOption(f"{at}: it keeps nothing. Give keep_newest or keep_younger_than.")
    tags = {
        str(tag): None if value in (None, "") else str(value) for tag, value in (options["keep_tags"] or {}).items()
    }
    return Rule(kind, options["name"], action, newest or 0, age, tags)


def _folded(name: str | None) -> str | None:
    return None if name is None else name.lower()
