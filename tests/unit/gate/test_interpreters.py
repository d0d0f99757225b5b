"""A Python of a version is found on PATH or in pyenv, by running it; a missing one is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.gate import interpreters

OURS = sys.version_info[:2]
NAME = f"python{OURS[0]}.{OURS[1]}"
NOT_INSTALLED = "echo 'command not found' >&2; exit 127"


def command(file: Path, body: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def python(file: Path) -> Path:
    return command(file, f'exec "{sys.executable}" "$@"')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; its own path has a blank."""
    found = tmp_path / "on path"
    found.mkdir()
    monkeypatch.setenv("PATH", str(found))
    return found


def test_one_on_path_is_found_with_its_version(folder: Path) -> None:
    expected = python(folder / NAME)
    found = interpreters.find(oldest=OURS, newest=OURS)
    assert (found.path, found.version) == (expected, sys.version)


def test_one_that_only_pyenv_keeps_is_found(folder: Path, tmp_path: Path) -> None:
    command(folder / NAME, NOT_INSTALLED)
    kept = python(tmp_path / "kept" / "versions" / f"{OURS[0]}.{OURS[1]}.9" / "bin" / "python3")
    command(folder / "pyenv", f"echo '{tmp_path / 'kept'}'")
    assert interpreters.find(oldest=OURS, newest=OURS).path == kept


def test_the_newest_is_taken_wherever_it_is(folder: Path, tmp_path: Path) -> None:
    older = (OURS[0], OURS[1] - 1)
    command(folder / f"python{older[0]}.{older[1]}", "echo the older one")
    kept = python(tmp_path / "kept" / "versions" / f"{OURS[0]}.{OURS[1]}.9" / "bin" / "python3")
    command(folder / "pyenv", f"echo '{tmp_path / 'kept'}'")
    found = interpreters.find(oldest=older, newest=OURS)
    assert (found.path, found.version) == (kept, sys.version)


def test_those_named_first_come_first(folder: Path, tmp_path: Path) -> None:
    python(folder / NAME)
    mine = python(tmp_path / "mine")
    too_old = command(tmp_path / "old", "exit 1")
    assert interpreters.find(oldest=OURS, newest=OURS, first=["", too_old, mine]).path == mine


def test_a_python_outside_the_range_is_not_taken(folder: Path) -> None:
    older = (OURS[0], OURS[1] - 1)
    python(folder / f"python{older[0]}.{older[1]}")  # a name that lies
    with pytest.raises(interpreters.NoInterpreter):
        interpreters.find(oldest=older, newest=older)


def test_a_missing_one_is_named(folder: Path) -> None:
    command(folder / "python3.10", NOT_INSTALLED)
    with pytest.raises(interpreters.NoInterpreter, match=r"no Python 3\.10 with .* Install it, or put it on PATH"):
        interpreters.find(oldest=(3, 10), newest=(3, 10))
