# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Pure: what the rules let go of a workspace, in the order in which it can go, and why everything else is kept."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .item import Item, Key
from .rules import ARCHIVE, DELETE, Rule, Rules

KEEP = "keep"
# Lists of the service may not show for a while what was written (assets contract 1.6): what is younger may be about to
# be referred to.
SETTLED = datetime.timedelta(hours=1)
_NAMED = 3


@dataclasses.dataclass(frozen=True)
class Decision:
    """What becomes of an item (``keep``, ``delete``, ``archive``), and why."""

    item: Item
    action: str
    reason: str


def plan(items: t.Iterable[Item], rules: Rules, now: datetime.datetime) -> list[Decision]:
    """A decision for each item that a rule is about. Deletions come in an order in which nothing is ever missing.

    An item that remains protects all that it refers to; one that is archived remains.
    """
    everything = list(items)
    first = dict(_by_rules(everything, rules, now))
    decisions = _protect_referred(everything, first)
    gone = [decision for decision in decisions.values() if decision.action == DELETE]
    others = [decision for decision in decisions.values() if decision.action != DELETE]
    return [*_referrers_first(gone), *others]


def lets_go(item: Item, rules: Rules, now: datetime.datetime) -> bool:
    """Whether a rule by age would let an item go by itself, so that it is worth reading more about it."""
    rule = rules.find(item.kind, item.group)
    return rule is not None and not _kept_by(item, rule, frozenset(), now)


def _by_rules(items: t.Sequence[Item], rules: Rules, now: datetime.datetime) -> t.Iterator[tuple[Key, Decision]]:
    """What the rules say of each item, whoever refers to it."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.kind, item.group), []).append(item)
    for (kind, group), members in groups.items():
        rule = rules.find(kind, group)
        if rule is None:
            continue
        counted = [item for item in members if rule.action == DELETE or not item.is_archived]
        newest = frozenset(item.key for item in _newest_first(counted)[: rule.newest])
        for item in members:
            kept = _kept_by(item, rule, newest, now)
            yield item.key, Decision(item, KEEP, kept) if kept else Decision(item, rule.action, _let_go_by(rule))


def _newest_first(items: t.Iterable[Item]) -> list[Item]:
    """Those of unknown age first: they are kept anyway."""
    latest = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
    return sorted(items, key=lambda item: (item.created or latest, item.key), reverse=True)


def _kept_by(item: Item, rule: Rule, newest: t.Collection[Key], now: datetime.datetime) -> str:
    """Why an item is kept; empty if the rule lets it go."""
    if item.protected:
        return item.protected
    if item.is_archived and rule.action == ARCHIVE:
        return "archived already"
    if item.created is None:
        return "its age is unknown: Azure returns no time of creation"
    for tag, value in rule.tags.items():
        if tag in item.tags and value in (None, item.tags[tag]):
            return f"tagged {tag}" if value is None else f"tagged {tag}={value}"
    if item.key in newest:
        return "the newest" if rule.newest == 1 else f"one of the {rule.newest} newest"
    age = now - item.created
    if rule.younger_than is not None and age < rule.younger_than:
        return f"younger than {_words(rule.younger_than)}"
    if age < SETTLED:
        return f"younger than {_words(SETTLED)}: lists may not show yet what refers to it"
    return ""


def _let_go_by(rule: Rule) -> str:
    parts = [f"not one of the {rule.newest} newest"] if rule.newest else []
    parts += [f"not younger than {_words(rule.younger_than)}"] if rule.younger_than is not None else []
    return ", ".join([*parts, "nothing that is kept refers to it"])


def _words(age: datetime.timedelta) -> str:
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number, rest = divmod(int(age.total_seconds()), seconds)
        if number and not rest:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{age.total_seconds():.0f} seconds"


def _protect_referred(items: t.Sequence[Item], first: t.Mapping[Key, Decision]) -> dict[Key, Decision]:
    """The decisions, with all kept that something needs which remains."""
    decisions = dict(first)
    by_key = {item.key: item for item in items}
    remaining = [item for item in items if item.key not in decisions or decisions[item.key].action != DELETE]
    while remaining:
        referrers: dict[Key, list[str]] = {}
        for item in remaining:
            for key in sorted(item.refers_to - {item.key}):
                if key in decisions and decisions[key].action != KEEP:
                    referrers.setdefault(key, []).append(item.title)
        remaining = []
        for key, titles in referrers.items():
            if decisions[key].action == DELETE:
                remaining.append(by_key[key])
            decisions[key] = Decision(by_key[key], KEEP, f"referred to by {_listed(titles)}")
    return decisions


def _listed(titles: t.Sequence[str]) -> str:
    named = ", ".join(sorted(titles)[:_NAMED])
    return named if len(titles) <= _NAMED else f"{named} and {len(titles) - _NAMED} more"


def _referrers_first(deleted: t.Sequence[Decision]) -> list[Decision]:
    """Each deletion before those of the things that it refers to; in circles the order is that of the items."""
    by_key = {decision.item.key: decision for decision in deleted}
    users: dict[Key, set[Key]] = {key: set() for key in by_key}
    for decision in deleted:
        for key in decision.item.refers_to & by_key.keys() - {decision.item.key}:
            users[key].add(decision.item.key)
    ordered: list[Decision] = []
    left = dict(by_key)
    while left:
        free = [key for key in left if not users[key] & left.keys()] or [next(iter(left))]
        for key in free:
            ordered.append(left.pop(key))
    return ordered
