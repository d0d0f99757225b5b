# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import warnings

import pathspec.util
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._local.ignore_rules import IgnoreRules
from hypothesis import given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    GitPattern = pathspec.util.lookup_pattern("gitwildmatch")


@pytest.mark.parametrize(
    ("line", "ignored", "kept"),
    [
        ("# a comment", (), ("# a comment",)),
        (r"\#a", ("#a",), ("a",)),
        (r"\!a", ("!a", "b/!a"), ("a",)),
        (r"a\ ", ("a ",), ("a",)),
        ("a  ", ("a",), ("a  ",)),
        ("a/", ("a/b", "x/a/b"), ("a", "x/a")),
        ("/a", ("a", "a/b"), ("x/a",)),
        ("a/**/b", ("a/b", "a/x/y/b"), ("a/xb",)),
        ("[!a]b", ("xb",), ("ab", "/b")),
        ("[z-a]", (), ("z", "a")),
        ("[", ("[",), ("a",)),
    ],
)
def test_rules(line: str, ignored: tuple[str, ...], kept: tuple[str, ...]) -> None:
    rules = IgnoreRules(line)

    assert [name for name in (*ignored, *kept) if rules.ignore(name)] == list(ignored)


PARTS = [
    "a",
    "b",
    "ab",
    "*",
    "**",
    "a*",
    "?",
    "[ab]",
    "[!a]",
    "*.py",
    "a b",
    r"\*",
    r"\a",
    "[a-c]x",
    "[]a]",
    "a**b",
    "é",
]
NAMES = ["a", "b", "ab", "ax", "bx", "x.py", "a b", "*", "c", "é", "a]", "]", ".hidden"]
LINES = st.builds(
    lambda negation, root, parts, end: negation + root + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=3),
    st.sampled_from(["", "/", "  "]),
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINES, max_size=4), path=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join))
def test_rules_agree_with_pathspec(lines: list[str], path: str) -> None:
    expected = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for pattern in map(GitPattern, lines):
            if pattern.include is not None and pattern.match_file(path) is not None:
                expected = pattern.include

    assert IgnoreRules("\n".join(lines)).ignore(path) is expected
