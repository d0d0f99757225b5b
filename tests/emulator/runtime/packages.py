"""Which packages a conda file asks for and this Python does not have: the emulator builds no environments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import metadata
from typing import Any

import yaml

from ..yaml_text import parse_yaml

_NOT_PYTHON = frozenset({"python", "pip"})


def missing_packages(conda_file: str) -> list[str]:
    """Names in `dependencies` of a conda file (YAML or JSON text) that are not installed here, in their order.

    A conda package that is no Python package seems to be a missing one, and is named too.
    Raises ValueError when the text is not a conda file.
    """
    try:
        document = parse_yaml(conda_file) if conda_file else {}
    except yaml.YAMLError as error:
        raise ValueError(f"the conda file is not YAML: {error}") from error
    dependencies = document.get("dependencies", []) if isinstance(document, dict) else None
    if not isinstance(dependencies, list):
        raise ValueError("the conda file has no list of dependencies")
    return [name for name in _names(dependencies) if name not in _NOT_PYTHON and not _installed(name)]


def _names(dependencies: list[Any]) -> Iterable[str]:
    for dependency in dependencies:
        if isinstance(dependency, dict):
            yield from _names(dependency.get("pip") or [])
        elif isinstance(dependency, str):
            found = re.match(r"(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)", dependency.strip())
            if found:
                yield found[1].lower()


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
