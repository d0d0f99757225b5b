# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences use the words of the trade: the plainest figures of speech fail this test, with the word to write."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("plugins", "roles", "playbooks", "meta", "changelogs/fragments", "tests")
PROSE = (".md", ".yml", ".j2")
# Quotations, data, and tests of a made-up resource type, the room of a house.
SKIPPED = ("tests/emulator/facts", "tests/lock", "tests/output", "tests/unit/plugins/module_utils/_engine/rooms.py")

# Pattern -> what to write.
INSTEAD = {
    r"stands|standing|stood": "is, exists, current",
    r"told|tells?": "returned, reported, shown, says",
    r"wanted|wants": "desired, asks for",
    r"doors?": "entry point",
    r"rooms?": "module, part",
    r"houses?": "collection, project",
    r"wire": "JSON, request, sent",
    r"befalls?|befell": "happens to",
    r"anew": "again",
    r"knock(s|ed)?": "retry",
    r"relatives": "parent endpoint, default deployment",
    r"verbs?": "operation, method, action",
    # That of machine sizes is Azure's term.
    r"(errors?|tests?|cases?|modules?|types?) famil(y|ies)|famil(y|ies) of (errors|tests|cases|modules|types)": "group",
    r"looks": "reads, checks, seems",
}
FIGURE = re.compile(rf"\b({'|'.join(INSTEAD)})\b", re.IGNORECASE)
# Uses that are plain English.
ALLOWED = re.compile(
    r"stands? in for|stands? for|stand-ins?|told apart|tells? .{0,40}\bapart"
    r"|the wire format"
    r"|looks (up|like)\b",
    re.IGNORECASE,
)


def figures(text: str) -> list[str]:
    """The figures of speech in a text."""
    return [found[0] for found in FIGURE.finditer(ALLOWED.sub("", text))]


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """The prose of a file with its line: comments and docstrings of code; in plugins also all other strings."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in PROSE:
        yield from enumerate(text.splitlines(), start=1)
        return
    strings = "plugins" in file.relative_to(ROOT).parts[:1]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""
        if strings and isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def files() -> list[Path]:
    below = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in (".py", *PROSE)]
    kept = [file for file in below if not str(file.relative_to(ROOT)).startswith(SKIPPED)]
    return sorted([*kept, *ROOT.glob("*.md")])


def test_no_figures_of_speech() -> None:
    found = sorted(
        {
            f"{file.relative_to(ROOT)}:{line}: {word}: {text.strip().splitlines()[0][:90]}"
            for file in files()
            if file != Path(__file__).resolve()
            for line, text in sentences(file)
            for word in figures(text)
        }
    )
    assert not found, "\n".join(("figures of speech (tests/unit/gate/test_words.py says what to write):", *found))


@pytest.mark.parametrize(
    "text",
    [
        "# what stands in the workspace",
        "the service tells none",
        "The verb of the door",
        "made anew",
        "on the wire",
        "it looks at the file",
        "a family of errors",
    ],
)
def test_a_figure_of_speech_is_found(text: str) -> None:
    assert figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "written to stdout",
        "the stand-in becomes the default deployment",
        "VM family standardDSv2Family",
        "so that jobs can be told apart",
        "* stands for any name",
        "the standard library",
    ],
)
def test_plain_english_is_allowed(text: str) -> None:
    assert figures(text) == []
