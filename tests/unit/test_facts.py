"""The document of facts: every citation leads to a heading of it, every heading to a public source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "tests" / "emulator" / "facts"
DOCUMENTS = {"batch": "batch.md", "asset": "assets.md", "assets": "assets.md", "operations": "operations.md"}
LETTERS = {"batch.md": "B", "assets.md": "A", "operations.md": "C"}

_CITATION = re.compile(r"\b(batch|assets?|operations)\s+contract\b", re.IGNORECASE)
_QUESTION = re.compile(r",?\s*(?:open\s+)?questions?\b", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(?:,|and\b|to\b|or\b)?\s*(\d+(?:\.\d+)*)(?!\d)")
_COMMENT = re.compile(r"\n\s*(?:#|//)?\s*")
_HEADING = re.compile(r"^#{2,5} (\d+(?:\.\d+)*)\.? ", re.MULTILINE)
_TAG = re.compile(r"\b(?:[RC]-\w+|SPEC|SDK|DOC|EX|ISS)\b")
_FOLDERS = ("plugins", "roles", "playbooks", "tests")
_ENDINGS = {".py", ".md", ".json", ".yml"}


def headings(document: str) -> dict[str, str]:
    """Text below each numbered heading of a document, up to the next one."""
    parts = _HEADING.split((FACTS / document).read_text(encoding="utf-8").partition("## Open questions")[0])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def questions(document: str) -> set[str]:
    """Numbers of the open questions of a document."""
    table = (FACTS / document).read_text(encoding="utf-8").partition("## Open questions")[2]
    return set(re.findall(rf"^\| {LETTERS[document]}(\d+) \|", table, re.MULTILINE))


def cited_files() -> list[Path]:
    """What may cite a fact: code, tests, cases and documents of the collection."""
    found = (path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in _ENDINGS)
    return sorted(path for path in found if FACTS not in path.parents and path != Path(__file__))


def citations(text: str) -> Iterator[tuple[str, str, bool]]:
    """Document, number and whether it is that of an open question, for each citation in a text."""
    text = _COMMENT.sub(" ", text)
    for found in _CITATION.finditer(text):
        question = _QUESTION.match(text, found.end())
        end = question.end() if question else found.end()
        while number := _NUMBER.match(text, end):
            yield DOCUMENTS[found[1].lower()], number[1], bool(question)
            end = number.end()


def sources() -> set[str]:
    """The sources that the README of the facts explains."""
    rows = re.findall(r"^\| ([\w-]+) \|", (FACTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return set(rows) - {"source"}


def test_every_citation_leads_to_a_heading() -> None:
    numbers = {document: (set(headings(document)), questions(document)) for document in LETTERS}
    missing = [
        f"{path.relative_to(ROOT)}: {document} {number}"
        for path in cited_files()
        for document, number, is_question in citations(path.read_text(encoding="utf-8"))
        if number not in numbers[document][is_question]
    ]
    assert missing == []


def test_citations_are_read_in_all_their_forms() -> None:
    text = """Service fact: batch contract 2.1, 14.4 and 3. See the asset
    # contract 14.21; (assets contract, open questions 3 and 13), operations contract 2.1. Batch contract 6.1 to 6.4."""
    assert list(citations(text)) == [
        ("batch.md", "2.1", False),
        ("batch.md", "14.4", False),
        ("batch.md", "3", False),
        ("assets.md", "14.21", False),
        ("assets.md", "3", True),
        ("assets.md", "13", True),
        ("operations.md", "2.1", False),
        ("batch.md", "6.1", False),
        ("batch.md", "6.4", False),
    ]


@pytest.mark.parametrize("document", LETTERS)
def test_every_fact_names_its_source(document: str) -> None:
    known = sources()
    for number, text in headings(document).items():
        named = [tag for part in re.findall(r"\[([^][]*)\](?!\()", text) for tag in _TAG.findall(part)]
        is_parent = any(other.startswith(f"{number}.") for other in headings(document))
        assert named or is_parent or "inferred" in text, f"{document} {number} names no source"
        unknown = [tag for tag in named if tag not in known and not tag.startswith("C-test_")]
        assert unknown == [], f"{document} {number}"


@pytest.mark.parametrize("document", LETTERS)
def test_headings_are_numbered_once_and_in_order(document: str) -> None:
    numbers = _HEADING.findall((FACTS / document).read_text(encoding="utf-8"))
    order = [[int(part) for part in number.split(".")] for number in numbers]
    assert order == sorted(order)
    assert len(set(numbers)) == len(numbers)


def test_switches_name_open_questions_of_the_documents() -> None:
    from tests.emulator.policies import POLICIES

    cited = {mark for policy in POLICIES for mark in re.findall(r"\b[ABC]\d+\b", policy.question)}
    listed = {f"{letter}{number}" for document, letter in LETTERS.items() for number in questions(document)}
    assert cited <= listed
