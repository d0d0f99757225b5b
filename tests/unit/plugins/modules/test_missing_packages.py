# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module says which package is missing, in an interpreter that really lacks it."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins import modules
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import CONNECTION

INFO_MODULES = [found.name for found in pkgutil.iter_modules(modules.__path__) if found.name.endswith("_info")]
OPTIONS: dict[str, dict[str, Any]] = {
    "batch_deployment_info": {"endpoint_name": "digits"},
    "batch_release_info": {"endpoint_name": "digits"},
    "reference_info": {"models": ["azureml:digits@latest"]},
}
# Runs modules one after the other, with their options from the standard input.
PROGRAM = """
import importlib, json, sys
from unittest import mock
for name in sys.argv[1:]:
    sys.modules[name] = None  # importing it now fails as if it were not installed
from ansible.module_utils import basic
try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19
    def patch_module_args(options):
        return mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
for name, options in json.load(sys.stdin).items():
    module = importlib.import_module(f"ansible_collections.mlops.azureml.plugins.modules.{name}")
    try:
        with patch_module_args(options):
            module.main()
    except SystemExit:
        pass
"""


def run_without(package: str, tasks: dict[str, dict[str, Any]], home: Path) -> list[dict[str, Any]]:
    """What each module prints in an interpreter that lacks a package."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, package],
        input=json.dumps({name: {**CONNECTION, **options} for name, options in tasks.items()}),
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.parametrize(("module", "library"), [("httpx", "httpx"), ("azure.identity", "azure-identity")])
def test_every_module_names_the_missing_package(module: str, library: str, tmp_path: Path) -> None:
    results = run_without(module, {name: OPTIONS.get(name, {}) for name in INFO_MODULES}, tmp_path)
    assert len(results) == len(INFO_MODULES) > 5
    for result in results:
        assert f"Failed to import the required Python library ({library})" in result["msg"]


def test_a_definition_needs_the_package_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "compute.yml"
    file.write_text("name: cpu\ntype: amlcompute\n")
    (result,) = run_without("yaml", {"compute": {"definition": str(file)}}, tmp_path)
    assert "Failed to import the required Python library (PyYAML)" in result["msg"]
