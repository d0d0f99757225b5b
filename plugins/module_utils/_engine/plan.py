# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The plan: from the desired and the current state to the steps between them. Pure functions."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._names.dotted_path import set_at
from .._names.json_types import Json
from .._schema.resource_type import DELETING, Change, Condition, Options, ParentReference, ResourceType
from .body import creation_body, patch_body, replacement_body, update_body
from .difference import Comparison, diff_words, held_references, missing_references
from .published import PUBLISHED, Published
from .resource_access import Current
from .steps import Delete, Patch, Put, SetDefault, StartOrStop, Step


@dataclasses.dataclass(frozen=True)
class Observed:
    """What a plan is made from.

    - ``parent``: the current parent, as far as the comparison makes it matter
    - ``condition``: the state beyond ``present`` that the task asks for
    - ``published``: the assets that the definition describes inline
    - ``publish``: the step that publishes them; None if nothing has to be published (any more)
    """

    comparison: Comparison
    parent: Current = None
    condition: Condition | None = None
    published: Published = dataclasses.field(default_factory=Published)
    publish: Step | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """What check mode shows and a run executes.

    - ``steps``: in their order; none if everything is as the task asks
    - ``before``, ``after``: the diff, as option values
    - ``predicted``: the service's JSON of the resource after the steps, as far as it is known; None if absent
    """

    steps: tuple[Step, ...]
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    predicted: Current = None

    @property
    def lines(self) -> list[str]:
        """The steps in words, as the result lists them."""
        return [line for step in self.steps for line in step.lines]


def plan_presence(observed: Observed) -> Plan:
    """The plan that makes a resource as the task asks. Raises InvalidOption for options that do not go together."""
    comparison, parent = observed.comparison, observed.parent
    resource, options = comparison.desired.resource, comparison.desired.options
    lent = held_references(resource, options, parent) if comparison.action == "replace" else []
    missing = missing_references(resource, options, parent)
    gained = dict.fromkeys([*lent, *missing])
    unmet = observed.condition
    if unmet and unmet.met_by(comparison.current):
        unmet = None
    steps: list[Step] = [
        *([observed.publish] if observed.publish else []),
        *(_set_default(resource, options, reference, options[reference.stand_in]) for reference in lent),
        *_writes(comparison),
        *(_set_default(resource, options, reference, options["name"]) for reference in gained),
        *([StartOrStop((f"{unmet.action} {comparison.desired.title}",), unmet)] if unmet else []),
    ]
    if not steps and not observed.published.changed:
        return Plan((), {}, {}, comparison.current)
    before, after = _diff(comparison, missing, unmet)
    if observed.published.changed:
        after[PUBLISHED] = list(observed.published.changed)
    return Plan(tuple(steps), before, after, _prediction(comparison, unmet))


def plan_absence(resource: ResourceType, options: Options, current: Current, parent: Current) -> Plan:
    """The plan that deletes a resource. It is empty for one that is absent or is being deleted."""
    if current is None or resource.state_of(current) == DELETING:
        return Plan((), {}, {})
    lent = held_references(resource, options, parent)
    steps: list[Step] = [
        *(_set_default(resource, options, reference, options[reference.stand_in]) for reference in lent),
        Delete((f"delete {resource.title(options)}",), options["wait"]),
    ]
    return Plan(tuple(steps), {"name": options["name"], "state": "present"}, {})


def next_write(comparison: Comparison) -> Put | Patch | None:
    """The write that creates or updates the resource in place; None if it is as the task asks."""
    title = comparison.desired.title
    if comparison.action == "none":
        return None
    if comparison.action == "create":
        return Put((f"create {title}",), creation_body(comparison.desired), creates=True)
    patch = patch_body(comparison)
    if patch is not None:
        return Patch((f"update {title}",), patch)
    refusable = tuple(difference.field.option for difference in comparison.of(Change.REFUSABLE))
    return Put((f"update {title}",), update_body(comparison), refusable=refusable)


def _writes(comparison: Comparison) -> t.Iterator[Step]:
    title = comparison.desired.title
    if comparison.action == "replace":
        yield Delete((f"delete {title}",))
        yield Put((f"create {title}",), replacement_body(comparison), creates=True)
    elif write := next_write(comparison):
        yield write


def _set_default(resource: ResourceType, options: Options, reference: ParentReference, name: str) -> SetDefault:
    parent = options[t.cast("t.Any", resource.parent).option]
    return SetDefault((f"make {parent}/{name} {reference.words} of {parent}",), reference, name)


# -- the diff and the prediction ---------------------------------------------------------------------------------------


def _diff(
    comparison: Comparison, missing: t.Iterable[ParentReference], unmet: Condition | None
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The differing fields, and beside them references of the parent and the condition."""
    before, after = diff_words(comparison)
    is_new = comparison.action == "create"
    for reference in missing:
        after[reference.option] = True
        before.update({} if is_new else {reference.option: False})
    if unmet:
        conditions = comparison.desired.resource.conditions
        met = [other.state for other in conditions if other.met_by(comparison.current)]
        after["state"] = unmet.state
        before.update({} if is_new else {"state": (*met, unmet.read_from(comparison.current).lower())[0]})
    return before, after


def _prediction(comparison: Comparison, unmet: Condition | None) -> dict[str, Json]:
    """The resource after the steps."""
    desired = comparison.desired
    predicted = creation_body(desired) if comparison.current is None else copy.deepcopy(dict(comparison.current))
    for difference in comparison.differences:
        set_at(predicted, difference.field.at, difference.desired)
    if unmet:
        set_at(predicted, unmet.at, unmet.word)
    predicted["id"] = f"{desired.workspace.path}/{desired.resource.path_of(desired.options)}"
    return predicted
