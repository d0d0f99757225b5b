# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merge keys in YAML mean the same to the collection, to the emulator and to https://yaml.org/type/merge.html."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._local import yaml_text as library
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator import yaml_text

KEYS = ("a", "b", "name", "channels", "a b")
"""One letter and more: PyYAML 6.0.4 merges the two kinds differently."""


class Map(NamedTuple):
    """A map of a document: its own keys, the maps before it that it merges, and where its merge key is written."""

    own: dict[str, int]
    merges: list[int]
    place: int
    as_list: bool


@st.composite
def documents(draw: st.DrawFn) -> list[Map]:
    maps: list[Map] = []
    for number in range(draw(st.integers(1, 7))):
        own = draw(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 99), max_size=3))
        merges = draw(st.lists(st.integers(0, number - 1), max_size=3)) if number else []
        maps.append(Map(own, merges, draw(st.integers(0, 3)), draw(st.booleans()) or len(merges) > 1))
    return maps


def written(maps: list[Map]) -> str:
    """The document: a list of maps, in block style, each with an anchor."""
    lines = []
    for number, one in enumerate(maps):
        entries = [f"{json.dumps(key)}: {value}" for key, value in one.own.items()]
        if one.merges:
            aliases = ", ".join(f"*m{other}" for other in one.merges)
            entries.insert(one.place, f"<<: [{aliases}]" if one.as_list else f"<<: {aliases}")
        lines.append(f"- &m{number} {{{', '.join(entries)}}}\n")
    return "".join(lines)


def meant(maps: list[Map]) -> list[dict[str, int]]:
    """The values: own keys first, then those of the merged maps in their order, each complete in itself."""
    values: list[dict[str, int]] = []
    for one in maps:
        value = dict(one.own)
        for other in one.merges:
            for key, merged in values[other].items():
                value.setdefault(key, merged)
        values.append(value)
    return values


@pytest.mark.parametrize("parse", [library.parse_yaml, yaml_text.parse_yaml], ids=["collection", "emulator"])
@given(maps=documents())
def test_merge_keys(parse: Callable[[str], Any], maps: list[Map]) -> None:
    assert parse(written(maps)) == meant(maps)
