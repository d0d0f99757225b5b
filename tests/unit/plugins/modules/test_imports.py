# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task imports that changes nothing and has a valid token: a module is compiled each time that it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import CONNECTION, WORKSPACE

LIBRARY = "ansible_collections.mlops.azureml.plugins.module_utils."
TASKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "compute": (
        {"name": "cpu"},
        {"properties": {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": {}}},
    ),
    "batch_endpoint": ({"name": "digits"}, {"properties": {"provisioningState": "Succeeded", "authMode": "AADToken"}}),
}
# Only changes, deletions, definitions, files and storage need these.
LATE = {
    "_engine.inline_assets",
    "_engine.inline_publication",
    "_engine.publication",
    "_engine.upload",
    "_engine.usage",
    "_jobs.active_jobs",
    "_local.files",
    "_local.mapping_file",
    "_service.blob_container",
    "_service.datastore_storage",
    "_service.run_history",
    "_service.scoring",
}
MOST_BYTES = 360 << 10
MOST_MEGABYTES = 45

# Two tasks: the first requests a token, the second finds it. Prints the modules of Python, and the largest memory.
PROGRAM = """
import functools, importlib, io, json, sys
import ansible.module_utils.basic as basic

name, entry_point, options, current = json.loads(sys.stdin.read())
module = importlib.import_module(f"ansible_collections.mlops.azureml.plugins.modules.{name}")
library = "ansible_collections.mlops.azureml.plugins.module_utils"
http_client = importlib.import_module(f"{library}._service.http_client")
credentials = importlib.import_module(f"{library}._service.credentials")

import httpx

http_client.HttpClient._network = lambda self: httpx.MockTransport(lambda request: httpx.Response(200, json=current))
requests = []
credentials.fetch_token = lambda *how: requests.append(how) or ("planted-token", 4e9)
payload = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()


def as_module():
    basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = payload, "legacy"
    module.main()


def on_controller():
    from ansible_collections.mlops.azureml.plugins.plugin_utils import _controller_action as action
    action._module.run(
        module.OPERATION,
        functools.partial(action.WorkerModule, payload, io.StringIO()),
        functools.partial(action.ControllerInvocation, show=None),
        action.TRUST,
    )


for _task in range(2):
    try:
        (as_module if entry_point == "module" else on_controller)()
    except SystemExit as end:
        assert not end.code, end.code
assert len(requests) == 1
# What getrusage returns begins with the memory of the process that started this one.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([sorted(sys.modules), int(status["VmHWM"].split()[0])]))
"""


def run(name: str, entry_point: str, home: Path) -> tuple[list[str], int]:
    """The modules of Python that are imported at the end of two tasks, and the largest memory in KiB."""
    options, current = TASKS[name]
    path = f"{WORKSPACE}/{name}s/{options['name']}"
    body = {"id": path, "name": options["name"], "location": "eastus", **current}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([name, entry_point, {**CONNECTION, **options}, body]),
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    imported, kilobytes = json.loads(done.stdout.splitlines()[-1])
    return imported, kilobytes


@pytest.mark.parametrize("entry_point", ["module", "controller"])
@pytest.mark.parametrize("name", sorted(TASKS))
def test_only_what_the_path_needs_is_imported(name: str, entry_point: str, tmp_path: Path) -> None:
    imported, kilobytes = run(name, entry_point, tmp_path)
    assert [found for found in imported if found.startswith(("azure.", "msal", "requests", "rich"))] == []
    if entry_point == "controller":
        return
    ours = {found.removeprefix(LIBRARY) for found in imported if found.startswith(LIBRARY)}
    assert sorted(ours & LATE) == []
    assert sum(size_of(found) for found in ours) < MOST_BYTES
    assert kilobytes < MOST_MEGABYTES << 10


def size_of(name: str) -> int:
    file = Path(__file__).parents[4] / "plugins/module_utils" / f"{name.replace('.', '/')}.py"
    return file.stat().st_size if file.exists() else 0


def test_the_late_files_exist() -> None:
    assert [name for name in LATE if not size_of(name)] == []
