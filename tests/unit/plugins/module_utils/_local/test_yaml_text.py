# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._local.yaml_text import InvalidYaml, parse_yaml

MERGED_LATER = "base: &base {name: 1, b: 2}\nmore: &more {<<: *base, b: 3}\n"


@pytest.mark.parametrize(
    ("text", "last"),
    {
        "what a merged map overrides": (f"{MERGED_LATER}last: {{<<: *more, name: 4}}", {"name": 4, "b": 3}),
        "the first of a list": (f"{MERGED_LATER}last: {{<<: [*more, *base]}}", {"name": 1, "b": 3}),
        "not the later ones": (
            f"{MERGED_LATER}last: {{<<: [*base, {{name: 7, new: 8}}]}}",
            {"name": 1, "b": 2, "new": 8},
        ),
        "a list by its alias": (f"{MERGED_LATER}of: &of [*base, *more]\nlast: {{<<: *of}}", {"name": 1, "b": 2}),
        "own keys before <<": (f"{MERGED_LATER}last: {{name: 4, <<: *base}}", {"name": 4, "b": 2}),
        "an explicit tag": (f"{MERGED_LATER}last: {{!!merge of: *base}}", {"name": 1, "b": 2}),
        "a quoted << is a name": (f"{MERGED_LATER}last: {{'<<': *base}}", {"<<": {"name": 1, "b": 2}}),
        "nothing": ("base: &base {}\nlast: {<<: *base}", {}),
        "a key of another type": ("base: &base {1: a, '1': b}\nlast: {<<: *base, 1: c}", {1: "c", "1": "b"}),
    }.values(),
)
def test_merge_keys(text: str, last: dict[t.Any, t.Any]) -> None:
    assert parse_yaml(text)["last"] == last


def test_a_merged_map_itself_stays_as_it_is() -> None:
    parsed = parse_yaml(f"{MERGED_LATER}last: {{<<: *more, name: 4}}\nagain: *more\n")
    assert parsed["base"] == {"name": 1, "b": 2}
    assert parsed["again"] == parsed["more"] == {"name": 1, "b": 3}


def test_a_long_chain_of_merges() -> None:
    chain = "".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: {n}}}\n" for n in range(1, 500))
    parsed = parse_yaml(f"m0: &m0 {{k0: 0}}\n{chain}")
    assert parsed["m499"] == {f"k{n}": n for n in range(500)}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: {<<: 2}\n", 2, "the value of << is neither a map nor a list of maps"),
        ("a: 1\nb:\n  <<:\n  - {}\n  - 2\n", 5, "the value of << is neither a map nor a list of maps"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n  <<: *a\n", 4, "the key << occurs twice in one map"),
        ("a: &a\n  <<: *a\n", 2, "the alias *a is inside the value that it names"),
        ("a: &a\n- {<<: *a}\n", 2, "the alias *a is inside the value that it names"),
        ("a: &a\n- *a\n", 2, "the alias *a is inside the value that it names"),
        ("a: 1\nb: *c\n", 2, "found undefined alias 'c'"),
        ("a: 2026-02-30\n", 1, "2026-02-30 is no timestamp"),
        ("a: !!bool maybe\n", 1, "maybe is no bool"),
        ("a: !!int ''\n", 1, " is no int"),
        ("a: !!timestamp now\n", 1, "now is no timestamp"),
    ],
)
def test_invalid_text(text: str, line: int, problem: str) -> None:
    with pytest.raises(InvalidYaml) as caught:
        parse_yaml(text)
    assert (caught.value.line, caught.value.problem) == (line, problem)


def bomb(levels: int, of: str) -> str:
    """Each level has the one before nine times."""
    names = "".join(f"l{n}: &l{n} {of % ', '.join([f'*l{n - 1}'] * 9)}\n" for n in range(1, levels))
    return f"l0: &l0 [x]\n{names}"


@pytest.mark.parametrize("text", [bomb(9, "[%s]"), bomb(40, "[%s]"), f"{bomb(9, '[%s]')}last: {{<<: {{a: *l8}}}}"])
def test_aliases_that_mean_billions_of_values_are_refused(text: str) -> None:
    with pytest.raises(InvalidYaml, match="it has more than 1000000 values") as raised:
        parse_yaml(text)
    assert raised.value.line


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "a: " + "[" * 101 + "]" * 101])
def test_absurd_depth_is_refused(text: str) -> None:
    with pytest.raises(InvalidYaml, match="more than 100 levels deep"):
        parse_yaml(text)


def test_a_large_document_is_read() -> None:
    assert len(parse_yaml("\n".join(f"k{n}: [{n}]" for n in range(30_000)))) == 30_000
