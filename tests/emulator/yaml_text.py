"""YAML text as values, with the same merge keys under every release of PyYAML (6.0.4 lets the wrong value win)."""

from __future__ import annotations

from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    """Resolves merge keys as soon as a map is composed: PyYAML finds none."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        merged: dict[Any, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                for source in reversed(value.value if isinstance(value, yaml.SequenceNode) else [value]):
                    if not isinstance(source, yaml.MappingNode):
                        raise yaml.MarkedYAMLError(problem="only maps can be merged", problem_mark=value.start_mark)
                    merged |= {inner.value: (inner, content) for inner, content in source.value}
        node.value = [*merged.values(), *(pair for pair in node.value if pair[0].tag != _MERGE)]
        return node


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML document; None for an empty one. Raises yaml.YAMLError for any other text."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
