"""The Python to build with is found by running candidates, and a failure says what was looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "gate" / "find_python.sh"


def find(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder}:/usr/bin:/bin"} | variables
    return subprocess.run(["/bin/sh", str(SCRIPT)], check=False, env=environment, capture_output=True, text=True)


def candidate(folder: Path, name: str, body: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Every name that is looked for, as a shim of a version manager that has no such Python."""
    spaced = tmp_path / "with space"
    spaced.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        candidate(spaced, name, f"echo '{name}: command not found' >&2; exit 127")
    return spaced


def test_a_shim_that_does_not_run_is_passed_over(folder: Path) -> None:
    candidate(folder, "python3.12", f'exec "{sys.executable}" "$@"')
    found = find(folder)
    assert (found.returncode, found.stdout.strip()) == (0, sys.executable)


def test_none_found_says_what_was_looked_at(folder: Path) -> None:
    candidate(folder, "python3.11", "echo '3.11.2 lacks the module ensurepip' >&2; exit 1")
    candidate(folder, "python3", "echo '3.9.2 is too old' >&2; exit 1")
    found = find(folder)
    assert found.returncode == 1
    assert found.stdout == ""
    assert "Python 3.11 or newer" in found.stderr
    assert "  python3.13: python3.13: command not found\n" in found.stderr
    assert "  python3.11: 3.11.2 lacks the module ensurepip\n" in found.stderr
    assert "  python3: 3.9.2 is too old\n" in found.stderr


def test_a_named_python_is_the_only_candidate(folder: Path) -> None:
    candidate(folder, "python3.12", f'exec "{sys.executable}" "$@"')
    wrong = candidate(folder, "mine", "echo '3.8.1 is too old' >&2; exit 1")
    found = find(folder, PYTHON=str(wrong))
    assert found.returncode == 1
    assert f"  {wrong}: 3.8.1 is too old\n" in found.stderr
    assert "python3.12" not in found.stderr
