"""The version of a release follows from what has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.release import ReleaseError, required, sections_of


@pytest.mark.parametrize(
    ("version", "before", "sections"),
    [
        ("1.0.0", "0.1.0", {"major_changes", "minor_changes"}),
        ("1.0.1", "1.0.0", {"bugfixes"}),
        ("1.1.0", "1.0.3", {"minor_changes", "bugfixes"}),
        ("2.0.0", "1.9.0", {"breaking_changes"}),
    ],
)
def test_a_version_that_fits_the_changes(version: str, before: str, sections: set[str]) -> None:
    required(version, before, sections)


@pytest.mark.parametrize(
    ("version", "before", "sections", "why"),
    [
        ("1.0", "0.1.0", {"bugfixes"}, "not a version"),
        ("1.0.0", "1.0.0", {"bugfixes"}, "not newer"),
        ("1.0.1", "1.0.0", set(), "nothing has changed"),
        ("1.0.1", "1.0.0", {"minor_changes"}, "minor_changes need a new minor version"),
        ("1.1.0", "1.0.0", {"removed_features", "bugfixes"}, "removed_features need a new major version"),
    ],
)
def test_a_version_that_does_not(version: str, before: str, sections: set[str], why: str) -> None:
    with pytest.raises(ReleaseError, match=why):
        required(version, before, sections)


def test_the_kinds_of_changes_are_read_from_the_fragments(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("---\nbugfixes:\n  - model - minor_changes: no key.\n")
    (tmp_path / "b.yaml").write_text("minor_changes:\n  - data - a new option.\n")
    assert sections_of(tmp_path) == {"bugfixes", "minor_changes"}
