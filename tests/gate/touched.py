"""The unit tests of what a change touches: `python -m tests.gate.touched` prints them, one to a line.

Changed is what differs from the commit at which this branch left `main`, and what is not committed. Its tests are the
test files that changed, those that mirror a changed file, those that import it, and, of a type or a module, those of
the module. `make test` runs all others.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .installation import REPOSITORY

ALWAYS = ("tests/unit/test_packaging.py", "tests/unit/test_types_are_complete.py")
UNIT = "tests/unit"


def touched() -> list[str]:
    """Paths of test files in the repository, sorted."""
    tests = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in _files(UNIT)}
    found = set(ALWAYS)
    for name in _changed():
        found |= {test for test, text in tests.items() if _is_test_of(name, test, text)}
    return sorted(found)


def _changed() -> list[str]:
    branched = _git("merge-base", "HEAD", "main").strip() or "HEAD"
    names = _git("diff", "--name-only", branched) + _git("ls-files", "--others", "--exclude-standard")
    return [name for name in names.splitlines() if (REPOSITORY / name).is_file()]


def _is_test_of(name: str, test: str, text: str) -> bool:
    """True if a test file is, mirrors, imports or quotes a changed file."""
    path = Path(name)
    if test == name:
        return True
    if path.suffix != ".py":
        return False
    mirror = re.fullmatch(rf"test_{path.stem}(_\w+)?\.py", Path(test).name)
    if path.parts[0] == "plugins":
        module = re.escape(".".join(path.with_suffix("").parts[:-1])) + rf"(\.{path.stem}\b| import .*\b{path.stem}\b)"
        return bool(mirror) or re.search(module, text) is not None
    in_same_tree = path.parts[:2] == ("tests", Path(test).parts[2])
    return bool(mirror) and in_same_tree


def _files(folder: str) -> list[str]:
    return [str(file.relative_to(REPOSITORY)) for file in sorted((REPOSITORY / folder).rglob("test_*.py"))]


def _git(*arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True).stdout


if __name__ == "__main__":
    print("\n".join(touched()))
