"""What must hold, as a table of commands; each runs in the copy of the collection (see tree.py)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from .environment import BUILD, REPOSITORY
from .tree import PARENT, ROOT

PYTHON = sys.executable
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGE = "ansible_collections.mlops.azureml.plugins"
PLAYBOOKS = sorted(f"playbooks/{file.name}" for file in REPOSITORY.glob("playbooks/*.yml"))
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
IMPORTER = f"""
import glob, subprocess, sys
[artifact] = glob.glob({str(BUILD / "dist" / "*.tar.gz")!r})
sys.exit(subprocess.call([sys.executable, "-m", "galaxy_importer.main", artifact]))
"""


@dataclass(frozen=True)
class Step:
    """A named set of commands that must all succeed, in order."""

    name: str
    commands: list[list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)


_COLLECTIONS = {"ANSIBLE_COLLECTIONS_PATH": str(PARENT)}
_IMPORTABLE = {"PYTHONPATH": str(PARENT)}

# The long ones first: two steps run at a time.
STEPS = [
    Step("sanity", [["ansible-test", "sanity", "--local", "--color", "no", "--python", VERSION]]),
    Step("integration", [[*PYTEST, "tests/integration"]], _COLLECTIONS | _IMPORTABLE),
    Step("unit", [[*PYTEST, "-n", "2", "tests/unit"]], _COLLECTIONS | _IMPORTABLE),
    Step(
        "build",
        [
            ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(BUILD / "dist")],
            [PYTHON, "-c", IMPORTER],
        ],
        {"GALAXY_IMPORTER_CONFIG": str(ROOT / "tests" / "galaxy-importer.cfg")},
    ),
    Step(
        "docs",
        [["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "."]],
        _COLLECTIONS,
    ),
    Step("lint", [["ansible-lint", "--offline", "--nocolor", "--profile", "production"]], _COLLECTIONS),
    Step(
        "types",
        [["mypy", "--config-file", "mypy.ini", "--cache-dir", str(BUILD / "mypy"), "-p", PACKAGE]],
        {"MYPYPATH": str(PARENT)},
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
