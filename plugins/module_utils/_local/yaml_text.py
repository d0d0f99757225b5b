# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""YAML text as values, read the same way by every release of PyYAML.

PyYAML's own handling of merge keys differs by release: 6.0.4 lets the wrong value win when a merged map itself merges
another, and in a list of merged maps.
"""

from __future__ import annotations

import functools
import itertools
import traceback
import typing as t

from .._errors import MissingLibrary

DEEPEST = 100
MOST_VALUES = 1_000_000
"""Values in a document, each alias counted with all that it names: a few lines of aliases can mean billions."""

_MERGE = "tag:yaml.org,2002:merge"
_Pair = tuple[t.Any, t.Any]
"""The nodes of a key and its value."""


class InvalidYaml(ValueError):
    """A text is not YAML. ``problem`` says why; ``line`` counts from 1 and is None if no single line is at fault."""

    def __init__(self, problem: str, line: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def parse_yaml(text: str) -> t.Any:
    """Return the value of a YAML document; None for an empty one.

    Merge keys follow https://yaml.org/type/merge.html: a map's own keys win over merged ones, the first of several
    merged maps over the later ones. Raises InvalidYaml, also for a key that occurs twice in a map, for an alias inside
    the value that it names, and for a document of absurd size or depth, and MissingLibrary without PyYAML.
    """
    try:
        import yaml
    except ImportError:
        raise MissingLibrary("PyYAML", traceback.format_exc()) from None
    try:
        return yaml.load(text, Loader=_loader(yaml))  # noqa: S506 - derived from the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise InvalidYaml(problem, mark.line + 1 if mark else None) from None


@functools.cache
def _loader(yaml: t.Any) -> t.Any:
    """The class, made when it is needed: PyYAML may be missing."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc, unused-ignore]  # of a library that is imported when needed
        """The safe loader, which resolves merge keys itself and leaves none to PyYAML.

        A merged map is composed, its own merge keys resolved, before the map that merges it. Only an alias inside the
        value that it names would come too early, and is refused.
        """

        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self._incomplete: set[str | None] = set()
            self._depth = 0
            self._sizes: dict[int, int] = {}  # by the id of a map or list: its values, with aliases expanded

        def compose_node(self, parent: t.Any, index: t.Any) -> t.Any:
            if self.check_event(yaml.AliasEvent) and self.peek_event().anchor in self._incomplete:
                event = self.peek_event()
                raise _error(f"the alias *{event.anchor} is inside the value that it names", event)
            return super().compose_node(parent, index)

        def compose_sequence_node(self, anchor: str | None) -> t.Any:
            node = self._composed(super().compose_sequence_node, anchor)
            self._measure(node, node.value)
            return node

        def compose_mapping_node(self, anchor: str | None) -> t.Any:
            node = self._composed(super().compose_mapping_node, anchor)
            own: dict[t.Any, _Pair] = {}
            for key, value in node.value:
                if _identity(key) in own:
                    raise _error(f"the key {key.value} occurs twice in one map", key)
                own[_identity(key)] = (key, value)
            merge = own.pop(_MERGE, None)
            if merge:
                node.value = list((_merged(merge[1]) | own).values())  # no other map shares this list
            self._measure(node, itertools.chain.from_iterable(node.value))
            return node

        def construct_object(self, node: t.Any, deep: bool = False) -> t.Any:
            try:
                return super().construct_object(node, deep)
            except (ArithmeticError, AttributeError, LookupError, ValueError):  # as in 2026-02-30 and !!bool maybe
                raise _error(f"{str(node.value)[:80]} is no {node.tag.rpartition(':')[2]}", node) from None

        def _composed(self, compose: t.Callable[[str | None], t.Any], anchor: str | None) -> t.Any:
            if self._depth == DEEPEST:
                raise _error(f"it is nested more than {DEEPEST} levels deep", self.peek_event())
            self._incomplete.add(anchor)
            self._depth += 1
            node = compose(anchor)
            self._depth -= 1
            self._incomplete.discard(anchor)
            return node

        def _measure(self, node: t.Any, inner: t.Iterable[t.Any]) -> None:
            size = 1 + sum(self._sizes.get(id(value), 1) for value in inner)
            if size > MOST_VALUES:
                raise _error(f"it has more than {MOST_VALUES} values, aliases counted as what they name", node)
            self._sizes[id(node)] = size

    def _merged(value: t.Any) -> dict[t.Any, _Pair]:
        """The pairs of a merged map, or of a list of merged maps; the first map that has a key wins."""
        maps = value.value if isinstance(value, yaml.SequenceNode) else [value]
        pairs: dict[t.Any, _Pair] = {}
        for node in reversed(maps):
            if not isinstance(node, yaml.MappingNode):
                raise _error("the value of << is neither a map nor a list of maps", node)
            pairs |= {_identity(pair[0]): pair for pair in node.value}
        return pairs

    def _identity(key: t.Any) -> t.Any:
        if key.tag == _MERGE:
            return _MERGE
        return (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else key

    def _error(problem: str, at: t.Any) -> t.Any:
        return yaml.MarkedYAMLError(problem=problem, problem_mark=at.start_mark)

    return Loader
