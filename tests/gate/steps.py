"""What must hold, as a table of commands; each runs in the copy of the collection (see tree.py)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

from tests.installation.packages import REPOSITORY, python_in

from .environment import BUILD, FLOOR, tool_environment
from .home import FLOOR_HOME
from .installation import version_in
from .tree import PARENT, ROOT

PYTHON = sys.executable
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGE = "ansible_collections.mlops.azureml.plugins"
MYPY = [PYTHON, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(BUILD / "mypy")]
PLAYBOOKS = sorted(f"playbooks/{file.name}" for file in REPOSITORY.glob("playbooks/*.yml"))
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
PYTEST_IN_TWO = [*PYTEST, "-n", "2", "--dist", "worksteal"]
# What changed is known in the repository, and tested in its copy.
TOUCHED = 'tests=$(cd "$0" && "$1" -m tests.gate.touched) && exec "$@" $tests'
DIST = str(PARENT / "dist")


@dataclass(frozen=True)
class Step:
    """A named set of commands that must all succeed, in order; one on request runs only when it is named.

    A step with something `missing`, which says what this machine lacks, is not run but reported.
    """

    name: str
    commands: list[list[str]]
    environment: dict[str, str] = field(default_factory=dict)
    on_request: bool = False
    missing: str = ""


def _sanity(python: str) -> list[str]:
    return ["ansible-test", "sanity", "--local", "--color", "no", "--python", python]


_COLLECTIONS = {"ANSIBLE_COLLECTIONS_PATH": str(PARENT)}
_IMPORTABLE = {"PYTHONPATH": str(PARENT)}
_CLIENTS = {"CONFORMANCE_CLIENTS": str(BUILD / "conformance")}
_SEED = {name: os.environ[name] for name in ("FAILURE_SEED",) if name in os.environ}
_HOSTILE = {
    "HOSTILE": os.environ.get("HOSTILE") or "yes",
    **{name: os.environ[name] for name in ("HOSTILE_SEED",) if name in os.environ},
}
_TYPES = {"MYPYPATH": str(PARENT)}

_INTEGRATION = [*PYTEST_IN_TWO, "tests/integration", "-m", "not on_request"]

# The long ones first: two steps run at a time.
STEPS = [
    Step(
        "integration",
        [_INTEGRATION],
        _COLLECTIONS | _IMPORTABLE,
    ),
    Step("integration-controller", [_INTEGRATION], _COLLECTIONS | _IMPORTABLE | {"EXECUTION": "auto"}, on_request=True),
    Step("integration-modules", [_INTEGRATION], _COLLECTIONS | _IMPORTABLE | {"EXECUTION": "module"}, on_request=True),
    Step("sanity", [_sanity(VERSION)]),
    Step(
        "sanity-floor",
        [_sanity(version_in(FLOOR))],
        {"PATH": f"{FLOOR / 'bin'}{os.pathsep}{tool_environment()['PATH']}", "HOME": str(FLOOR_HOME)},
        missing="" if python_in(FLOOR).exists() else "`make test` found no Python 3.10 to 3.12 for ansible-core 2.16",
    ),
    Step(
        "conformance",
        [[*PYTEST, "tests/conformance", "-m", "not on_request"]],
        _COLLECTIONS | _IMPORTABLE | _CLIENTS,
    ),
    Step(
        "conformance-all",
        [[*PYTEST, "tests/conformance"]],
        _COLLECTIONS | _IMPORTABLE | _CLIENTS,
        on_request=True,
    ),
    Step(
        "job-matrix",
        [[*PYTEST_IN_TWO, *(f"tests/integration/test_job_{rest}.py" for rest in ("matrix", "stories"))]],
        _COLLECTIONS | _IMPORTABLE | {"JOB_MATRIX": "all"},
        on_request=True,
    ),
    Step("unit", [[*PYTEST_IN_TWO, "tests/unit", "-m", "not on_request"]], _COLLECTIONS | _IMPORTABLE),
    Step(
        "unit-of-modules",
        [[*PYTEST_IN_TWO, "tests/unit/plugins", "tests/unit/roles", "-m", "not on_request"]],
        _COLLECTIONS | _IMPORTABLE,
        on_request=True,
    ),
    Step(
        "unit-of-change",
        [["sh", "-c", TOUCHED, str(REPOSITORY), *PYTEST_IN_TWO, "-m", "not on_request"]],
        _COLLECTIONS | _IMPORTABLE,
        on_request=True,
    ),
    Step(
        "hostile",
        [[*PYTEST_IN_TWO, "tests/hostile", "tests/unit/plugins/module_utils/_service/test_broken_answers.py"]],
        _COLLECTIONS | _IMPORTABLE | _HOSTILE,
        on_request=True,
    ),
    Step("hostile-slice", [[*PYTEST_IN_TWO, "tests/hostile"]], _COLLECTIONS | _IMPORTABLE),
    Step(
        "option-matrix",
        [[*PYTEST_IN_TWO, "tests/unit/plugins/matrix"]],
        _COLLECTIONS | _IMPORTABLE | {"MATRIX_PAIRS": "10000"},
        on_request=True,
    ),
    Step(
        "job-counts",
        [[*PYTEST_IN_TWO, "tests/unit/plugins/emulated/test_counts_are_true.py"]],
        _COLLECTIONS | _IMPORTABLE | {"FAILURE_CASES": "200", **_SEED},
        on_request=True,
    ),
    Step(
        "build",
        [
            ["ansible-galaxy", "collection", "build", "--output-path", DIST],
            ["sh", "-c", 'python -m tests.gate.artefact "$0"/*.tar.gz', DIST],
            ["sh", "-c", 'python -m galaxy_importer.main "$0"/*.tar.gz', DIST],
        ],
        {"GALAXY_IMPORTER_CONFIG": str(ROOT / "tests" / "galaxy-importer.cfg")},
    ),
    Step(
        "docs",
        [["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "."]],
        _COLLECTIONS,
    ),
    Step("site", [[PYTHON, "-m", "tests.gate.site", str(BUILD / "site")]], _COLLECTIONS),
    Step("lint", [["ansible-lint", "--offline", "--nocolor", "--profile", "production"]], _COLLECTIONS),
    Step(
        "types",
        [
            [*MYPY, "-p", PACKAGE],
            [*MYPY, "-p", "tests.demo", "-p", "tests.emulator", "-p", "tests.gate", "-p", "tests.installation"],
        ],
        _TYPES,
    ),
    Step("syntax", [["ansible-playbook", "--syntax-check", *PLAYBOOKS]], _COLLECTIONS),
    Step(
        "format",
        [["ruff", "check", "--no-cache", "."], ["ruff", "format", "--no-cache", "--check", "."]],
    ),
    Step("yaml", [["yamllint", "--strict", "."]]),
    Step("floors", [["lint-imports", "--no-cache"]], _IMPORTABLE),
    Step("changelog", [["antsibull-changelog", "lint"]]),
]
