"""The unit tests of what a change touches: `python -m tests.gate.touched` prints them, one to a line.

Changed is what differs from the commit at which this branch left `main`, and what is not committed. Its tests are the
test files that changed, those that mirror a changed file, those that import it, themselves or through helpers, and, of
a type or a module, those of the module and those that go through all types or modules. `make test` runs all others.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.installation.packages import REPOSITORY

ALWAYS = ("tests/unit/test_packaging.py", "tests/unit/test_types_are_complete.py")
UNIT = "tests/unit"
MATRIX = f"{UNIT}/plugins/matrix"
# Tests that find tables, value types and modules by themselves; of the matrix only those that find gaps.
OF_ALL_TYPES = (
    f"{UNIT}/plugins/module_utils/test_every_value_type.py",
    f"{UNIT}/plugins/modules/test_returned_values.py",
    f"{MATRIX}/test_effects.py::test_no_option_is_without_a_case",
    f"{MATRIX}/test_matrix.py::test_every_switch_is_answered_somewhere",
    f"{MATRIX}/test_matrix.py::test_every_managing_module_is_a_subject",
)
CONCERN_ALL_TYPES = (
    "plugins/module_utils/_types/",
    "plugins/module_utils/_schema/",
    "plugins/modules/",
    "tests/emulator/policies.py",
)
HELPERS = ("tests/unit/", "tests/gate/")


def touched() -> list[str]:
    """Paths of test files in the repository, or of single tests in them, sorted."""
    texts = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in _files(UNIT)}
    found = set(ALWAYS)
    for name in _changed():
        found |= {test for test, text in texts.items() if _is_test(test) and _is_test_of(name, test, text)}
        found |= {test for test in _importers(name, texts) if _is_test(test)}
        if name.startswith(CONCERN_ALL_TYPES):
            found |= set(OF_ALL_TYPES)
    return sorted(test for test in found if test.partition("::")[0] not in found - {test})


def _is_test(name: str) -> bool:
    return Path(name).name.startswith("test_")


def _importers(changed: str, texts: dict[str, str]) -> set[str]:
    """The files below tests/unit that import a changed helper, themselves or through other helpers."""
    found: set[str] = set()
    ahead = [changed] if changed.startswith(HELPERS) and changed.endswith(".py") else []
    while ahead:
        path = Path(ahead.pop())
        if path.name == "conftest.py":  # pytest gives it to its folder and those below
            new = {name for name in texts if Path(name).is_relative_to(path.parent)} - found
        else:
            package = re.escape(".".join(path.parts[:-1]))
            imported = re.compile(rf"{package}(\.{path.stem}\b| import [^#\n]*\b{path.stem}\b)")
            new = {name for name, text in texts.items() if imported.search(text)} - found
        found |= new
        ahead += [name for name in new if not _is_test(name)]
    return found


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
    return [str(file.relative_to(REPOSITORY)) for file in sorted((REPOSITORY / folder).rglob("*.py"))]


def _git(*arguments: str) -> str:
    command = ["git", "-c", "safe.directory=*", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True).stdout


if __name__ == "__main__":
    print("\n".join(touched()))
