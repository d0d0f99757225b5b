# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks inside a worker of the controller: options, results, warnings and masks are those of a module."""

from __future__ import annotations

import datetime
import functools
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.utils.display import Display
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import ArgumentSpec
from ansible_collections.mlops.azureml.plugins.module_utils._invocation import Result
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.plugin_utils._worker_module import WorkerModule, encode_options

SECRET = "planted-client-secret-7f3a"


class Scripted:
    """An operation that does what a function says."""

    def __init__(self, act: Callable[[Workspace], dict[str, Any] | None]) -> None:
        self._act = act

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec({"tags": {"type": "dict"}})

    def run(self, workspace: Workspace) -> Result:
        return Result(False, self._act(workspace) or {})


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run an operation in this process, as in a worker. Returns its result, with the warnings that are shown."""
    for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE"):
        monkeypatch.setattr(basic, name, None, raising=False)
    shown: list[str] = []
    # From ansible-core 2.19 on, warnings of the controller's process are shown at once.
    monkeypatch.setattr(Display, "warning", lambda _display, msg, *_more, **_how: shown.append(msg))

    def run_in_worker(act: Callable[[Workspace], dict[str, Any] | None], **options: Any) -> dict[str, Any]:
        shown.clear()
        output = io.StringIO()
        module = functools.partial(WorkerModule, encode_options({"_ansible_no_log": True, **options}), output)
        with pytest.raises(SystemExit):
            _module.run(Scripted(act), module)
        result: dict[str, Any] = json.loads(output.getvalue())
        return {**result, "warnings": [*result.get("warnings", []), *shown]}

    return run_in_worker


def test_warnings_are_those_of_the_task_alone(run: Run) -> None:
    assert run(lambda workspace: workspace.invocation.warn("first"))["warnings"] == ["first"]
    assert run(lambda workspace: workspace.invocation.warn("second"))["warnings"] == ["second"]
    assert run(lambda _workspace: None)["warnings"] == []


def test_warnings_are_masked_with_secrets_that_are_known_later(run: Run) -> None:
    def warn(workspace: Workspace) -> None:
        workspace.invocation.warn(f"It holds {SECRET}.")
        workspace.invocation.register_secret(SECRET)

    [warning] = run(warn)["warnings"]
    assert SECRET not in warning
    assert warning.startswith("It holds ****")


def test_results_are_masked(run: Run) -> None:
    assert SECRET not in str(run(lambda _workspace: {"text": f"It is {SECRET}"}, secret=SECRET))


def test_options_are_what_a_module_gets(run: Run) -> None:
    tags = {"day": datetime.date(2026, 1, 31), "number": 7, "on": True, "none": None, "list": ["a", 1]}
    result = run(lambda workspace: {"got": workspace.invocation.options["tags"]}, tags=tags)
    assert result["got"] == {**tags, "day": "2026-01-31"}


def test_wrong_options_fail_as_in_a_module(run: Run) -> None:
    result = run(lambda _workspace: None, tagz={})
    assert result["failed"] is True
    assert "Unsupported parameters" in result["msg"]


def test_connections_are_closed(run: Run) -> None:
    closed: list[str] = []
    run(lambda workspace: workspace.on_close(lambda: closed.append("connection")))
    assert closed == ["connection"]


def test_the_main_process_gets_no_thread_and_no_library_of_azure() -> None:
    code = (
        "import sys, threading, ansible.plugins.action\n"
        "from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder as Finder\n"
        f"Finder(paths={[str(Path(__file__).parents[7])]!r})._install()\n"
        "import ansible_collections.mlops.azureml.plugins.action.compute\n"
        "heavy = [name for name in sys.modules if name.startswith(('azure.', 'msal', 'requests'))]\n"
        "print(threading.active_count(), heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "1 []\n", done.stderr
