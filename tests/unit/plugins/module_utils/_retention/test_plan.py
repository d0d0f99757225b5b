# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retention decides safely on any graph of references."""

from __future__ import annotations

import dataclasses
import datetime
import random
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._retention.item import KINDS, Item, Key
from ansible_collections.mlops.azureml.plugins.module_utils._retention.plan import KEEP, Decision, plan
from ansible_collections.mlops.azureml.plugins.module_utils._retention.rules import (
    ARCHIVE,
    DELETE,
    Rules,
    read_age,
    read_rules,
)

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
EVERY = {"name": None, "keep_newest": None, "keep_younger_than": None, "keep_tags": None, "action": None}
GRAPHS = 1000


def rules(*given: dict[str, Any], min_age: str = "7d") -> Rules:
    return read_rules([{**EVERY, **one} for one in given], min_age)


def item(kind: str, name: str, days: float | None = 100, *refers_to: Item, group: str = "digits", **more: Any) -> Item:
    created = None if days is None else NOW - datetime.timedelta(days=days)
    keys = frozenset(one.key for one in refers_to)
    return Item((kind, name), kind, group, f"{kind} {name}", name, created, refers_to=keys, **more)


def decided(items: list[Item], *given: dict[str, Any]) -> dict[str, str]:
    """Title -> action and reason."""
    return {one.item.title: f"{one.action}: {one.reason}" for one in plan(items, rules(*given), NOW)}


def actions(items: list[Item], *given: dict[str, Any]) -> dict[str, str]:
    return {title: text.partition(":")[0] for title, text in decided(items, *given).items()}


# -- any graph ---------------------------------------------------------------------------------------------------------


def random_graph(draw: random.Random) -> list[Item]:
    kinds = (*KINDS, "schedule", "online deployment")
    keys: list[Key] = [(draw.choice(kinds), str(number)) for number in range(draw.randint(1, 40))]
    density = draw.choice((0.0, 0.01, 0.03, 0.2))
    return [
        Item(
            key,
            key[0],
            draw.choice("abc"),
            f"{key[0]} {key[1]}",
            key[1],
            draw.choice((None, NOW - datetime.timedelta(hours=draw.choice((0.5, 5, 200, 2000, 20000))))),
            draw.choice(({}, {}, {"keep": "yes"}, {"team": "vision"})),
            draw.random() < 0.2,
            draw.choice(("", "", "", "the default deployment")),
            frozenset(other for other in keys if draw.random() < density),
        )
        for key in keys
    ]


def random_rules(draw: random.Random) -> Rules:
    given = []
    for kind in KINDS:
        for name in (None, "a", "B"):
            if draw.random() < 0.6:
                rule: dict[str, Any] = {
                    "kind": kind,
                    "name": name,
                    "keep_younger_than": draw.choice(("0s", "1d", "90d")),
                }
                if kind != "upload":
                    rule |= {
                        "keep_newest": draw.choice((None, 0, 1, 3)),
                        "keep_tags": draw.choice((None, {"keep": ""})),
                    }
                if kind in ("model", "environment", "data", "code", "component", "job"):
                    rule["action"] = draw.choice((None, DELETE, ARCHIVE))
                given.append(rule)
    return rules(*given, min_age=draw.choice(("0s", "7d")))


@pytest.mark.parametrize("block", range(10))
def test_nothing_that_is_referred_to_is_ever_deleted(block: int) -> None:
    deletions = archived = 0
    for seed in range(block * GRAPHS // 10, (block + 1) * GRAPHS // 10):
        draw = random.Random(seed)  # noqa: S311 - the same graphs in every run
        items, applied = random_graph(draw), random_rules(draw)
        decisions = plan(items, applied, NOW)
        assert decisions == plan(items, applied, NOW), seed
        check_any_order(items, decisions, seed)
        check_reasons(decisions, applied, seed)
        after = carried_out(items, decisions)
        assert {one.action for one in plan(after, applied, NOW)} <= {KEEP}, f"{seed}: a second run changes nothing"
        deletions += sum(one.action == DELETE for one in decisions)
        archived += sum(one.action == ARCHIVE for one in decisions)
    assert deletions > 10
    assert archived > 10


def check_any_order(items: list[Item], decisions: list[Decision], seed: int) -> None:
    """After each single step nothing that exists refers to what was deleted, but for circles that go together."""
    gone = {one.item.key for one in decisions if one.action == DELETE}
    touched = {one.item.key for one in decisions if one.action != KEEP}
    for one in items:
        if one.key not in gone:
            assert not (one.refers_to - {one.key}) & touched, f"{seed}: {one.title} refers to something that goes"
    order = [one.item for one in decisions if one.action == DELETE]
    place = {one.key: number for number, one in enumerate(order)}
    reach = {one.key: reachable(one.key, {two.key: two.refers_to for two in order}) for one in order}
    for one in order:
        for key in one.refers_to & gone - {one.key}:
            assert place[one.key] < place[key] or one.key in reach[key], f"{seed}: {one.title} goes too late"


def reachable(start: Key, edges: dict[Key, frozenset[Key]]) -> set[Key]:
    found: set[Key] = set()
    todo = [start]
    while todo:
        for key in edges.get(todo.pop(), frozenset()) & edges.keys():
            if key not in found:
                found.add(key)
                todo.append(key)
    return found


def check_reasons(decisions: list[Decision], applied: Rules, seed: int) -> None:
    for one in decisions:
        assert one.reason, seed
        if one.action == KEEP:
            continue
        assert not one.item.protected, seed
        assert one.item.created is not None, seed
        assert NOW - one.item.created >= datetime.timedelta(hours=1), seed
        assert applied.find(one.item.kind, one.item.group) is not None, seed
        assert not (one.action == ARCHIVE and one.item.is_archived), seed


def carried_out(items: list[Item], decisions: list[Decision]) -> list[Item]:
    became = {one.item.key: one.action for one in decisions}
    return [
        dataclasses.replace(one, is_archived=one.is_archived or became.get(one.key) == ARCHIVE)
        for one in items
        if became.get(one.key) != DELETE
    ]


# -- single rules ------------------------------------------------------------------------------------------------------


def test_the_newest_the_young_and_the_tagged_stay() -> None:
    versions = [
        item("model", str(number), 100 - number, tags={"stage": "audit"} if number == 1 else {}) for number in range(5)
    ]
    rule = {
        "kind": "model",
        "keep_newest": 2,
        "keep_younger_than": "98d",
        "keep_tags": {"stage": "audit"},
        "action": "delete",
    }
    assert decided(versions, rule) == {
        "model 0": "delete: not one of the 2 newest, not younger than 98 days, nothing that is kept refers to it",
        "model 1": "keep: tagged stage=audit",
        "model 2": "delete: not one of the 2 newest, not younger than 98 days, nothing that is kept refers to it",
        "model 3": "keep: one of the 2 newest",
        "model 4": "keep: one of the 2 newest",
    }
    assert decided(versions[2:4], {**rule, "keep_newest": 0, "keep_tags": {"stage": "x"}})["model 3"].startswith(
        "keep: younger"
    )


def test_what_a_deletion_sets_free_goes_in_the_same_run_and_later() -> None:
    model = item("model", "1")
    blue = item("deployment", "blue", 100, model)
    given = ({"kind": "deployment", "keep_newest": 0}, {"kind": "model", "keep_newest": 0, "action": "delete"})
    assert list(actions([model, blue], *given).items()) == [("deployment blue", "delete"), ("model 1", "delete")]
    kept = decided([model, item("deployment", "blue", 100, model, protected="the default deployment")], *given)
    assert kept["model 1"] == "keep: referred to by deployment blue"


def test_what_is_archived_still_refers_to_others() -> None:
    code = item("code", "1")
    component = item("component", "1", 100, code)
    given = ({"kind": "component", "keep_newest": 0}, {"kind": "code", "keep_newest": 0, "action": "delete"})
    assert actions([code, component], *given) == {"component 1": "archive", "code 1": "keep"}


def test_archived_versions_count_only_for_deletion() -> None:
    versions = [item("data", "1", 3), item("data", "2", 2), item("data", "3", 1, is_archived=True)]
    assert actions(versions, {"kind": "data", "keep_newest": 1}) == {
        "data 1": "archive",
        "data 2": "keep",
        "data 3": "keep",
    }
    deleted = actions(versions, {"kind": "data", "keep_newest": 1, "action": "delete"})
    assert deleted == {"data 1": "delete", "data 2": "delete", "data 3": "keep"}


def test_a_rule_for_a_name_comes_before_the_one_for_all() -> None:
    items = [item("model", "1", group="digits"), item("model", "2", group="letters")]
    given = ({"kind": "model", "keep_newest": 0}, {"kind": "model", "name": "DIGITS", "keep_newest": 1})
    assert actions(items, *given) == {"model 1": "keep", "model 2": "archive"}


def test_the_young_and_those_of_unknown_age_stay() -> None:
    items = [item("model", "new", 0.02), item("model", "odd", None)]
    found = decided(items, {"kind": "model", "keep_younger_than": "1s", "action": "delete"})
    assert found["model new"] == "keep: younger than 1 hour: lists may not show yet what refers to it"
    assert found["model odd"].startswith("keep: its age is unknown")


def test_the_files_of_a_job_go_and_stay_with_it() -> None:
    applied = rules({"kind": "job", "keep_younger_than": "90d", "action": "delete"})
    assert applied.find("job_output", "digits") is not None
    assert applied.follows_job("job_log", "digits")
    assert rules({"kind": "job", "keep_younger_than": "90d"}).find("job_output", "digits") is None
    own = rules(
        {"kind": "job", "keep_younger_than": "9d", "action": "delete"},
        {"kind": "job_output", "keep_younger_than": "1w"},
    )
    assert not own.follows_job("job_output", "digits")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([{"kind": "model"}], "it keeps nothing"),
        ([{"kind": "job", "keep_newest": 3}], "the rule for a job needs an age"),
        ([{"kind": "model", "keep_newest": -1}], "too small"),
        ([{"kind": "model", "keep_younger_than": "30"}], "is no age"),
        ([{"kind": "deployment", "keep_newest": 1, "action": "archive"}], "cannot be archived"),
        ([{"kind": "upload", "keep_newest": 1}], "neither versions nor tags"),
        (
            [{"kind": "model", "keep_newest": 1}, {"kind": "model", "keep_newest": 2}],
            "another rule for all of the kind",
        ),
        (
            [{"kind": "code", "name": "a", "keep_newest": 1}, {"kind": "code", "name": "A", "keep_newest": 2}],
            "for code A",
        ),
    ],
)
def test_contradictions(given: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(InvalidOption, match=complaint):
        rules(*given)


def test_ages() -> None:
    assert [read_age("x", text).total_seconds() for text in ("2w", "1d", "3h", "5m", "7s")] == [
        1209600,
        86400,
        10800,
        300,
        7,
    ]
    assert rules({"kind": "upload", "keep_younger_than": "1d"}).find("upload", "s").younger_than == read_age("x", "7d")
