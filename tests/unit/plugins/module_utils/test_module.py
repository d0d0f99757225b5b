# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry point for modules: from Ansible's options to the result or the failure."""

from __future__ import annotations

import traceback
import types
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import ArgumentSpec
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    CredentialError,
    InvalidOption,
    MissingLibrary,
)
from ansible_collections.mlops.azureml.plugins.module_utils._invocation import Result
from ansible_collections.mlops.azureml.plugins.module_utils._module import ModuleInvocation
from ansible_collections.mlops.azureml.plugins.module_utils._names.redaction import HIDDEN
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials, http_client
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    CLIENT_SECRET,
    SIGNED_OPERATION,
    TOKEN,
    WORKSPACE,
    Call,
    Run,
    error,
    get,
    put,
)


class Scripted:
    """An operation that runs a function of the test."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {option: {"type": "str"} for option in ("one", "two", "three")},
            mutually_exclusive=(("one", "two"),),
            required_if=(("one", "with three", ("three",)),),
            required_together=(("two", "three"),),
            required_one_of=(("one", "two"),),
        )

    def run(self, workspace: Workspace) -> Result:
        done = self.function(workspace)
        return done if isinstance(done, Result) else Result(False, {"seen": done})


def module(function: Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(main=lambda: _module.run(Scripted(function)))


def read_house(workspace: Workspace) -> Any:
    return workspace.arm.get(workspace.path("houses/home"))


TASK = {"one": "x"}


def test_a_result_has_only_what_is_documented(run: Run) -> None:
    result = Result(True, {"house": {"name": "home"}}, {"color": "red"}, {"color": "blue"})
    done = run(module(lambda *_: result), TASK).result
    done.pop("invocation", None)  # left out by newer ansible-core
    assert done == {
        "changed": True,
        "house": {"name": "home"},
        "diff": {"before": {"color": "red"}, "after": {"color": "blue"}},
    }


def test_no_diff_unless_it_is_asked_for(run: Run) -> None:
    assert "diff" not in run(module(lambda *_: None), TASK, diff=False).result


@pytest.mark.parametrize("check", [True, False])
def test_the_engine_sees_check_mode(run: Run, check: bool) -> None:
    assert run(module(lambda workspace: workspace.invocation.check_mode), TASK, check=check)["seen"] is check


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"one": "x", "two": "y"}, "mutually exclusive"),
        ({"one": "with three"}, "one is with three but all of the following are missing: three"),
        ({"two": "y"}, "required together"),
        ({}, "one of the following is required"),
    ],
)
def test_ansible_checks_the_constraints_of_the_operation(run: Run, task: dict[str, Any], message: str) -> None:
    assert message in run(module(lambda *_: None), task)["msg"]


def test_an_error_becomes_a_failed_task_with_its_facts(run: Run) -> None:
    def function(*_: Any) -> None:
        raise AzureMLError("The house is on fire.", status=503, error={"code": "Fire", "message": "Smoke."})

    done = run(module(function), TASK)
    assert done.failed
    assert (done["msg"], done["status"], done["error"]["code"]) == ("The house is on fire.", 503, "Fire")


def test_a_missing_package_is_named(run: Run) -> None:
    def function(*_: Any) -> None:
        raise MissingLibrary("azure-identity", "Traceback: no azure")

    assert "Failed to import the required Python library (azure-identity)" in run(module(function), TASK)["msg"]


def test_a_missing_httpx_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "HTTPX_IMPORT_ERROR", "Traceback: no httpx")
    done = run(module(read_house), TASK)
    assert "Failed to import the required Python library (httpx)" in done["msg"]


def test_ansible_gets_the_spec_before_anything_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """validate-modules reads the spec where AnsibleModule is made, without packages, network or task."""

    class Seen(Exception):
        pass

    def seen(*_: Any, **spec: Any) -> None:
        raise Seen(spec)

    monkeypatch.setattr(http_client, "HTTPX_IMPORT_ERROR", "Traceback: no httpx")
    monkeypatch.setattr(basic.AnsibleModule, "__init__", seen)
    with pytest.raises(Seen) as caught:
        module(None).main()
    spec = caught.value.args[0]
    assert {"subscription_id", "one"} <= set(spec["argument_spec"])
    assert spec["supports_check_mode"] is True


@pytest.mark.parametrize("missing", ["subscription_id", "resource_group", "workspace_name"])
def test_the_workspace_has_to_be_named(run: Run, missing: str) -> None:
    done = run(module(read_house), {**TASK, missing: ""})
    assert done["msg"].startswith(f"No workspace is named. Set {missing} (or the environment variable AZURE")


def test_an_absent_workspace_is_reported(run: Run) -> None:
    absent = error("ResourceNotFound", "The Resource 'Microsoft.MachineLearningServices/workspaces/ws1' was not found.")
    gateway = Call("GET", "", 404, absent, headers={"x-ms-failure-cause": "gateway"})
    done = run(module(lambda workspace: workspace.location), TASK, gateway)
    assert done["msg"].startswith("There is no workspace 'ws1' in resource group 'rg1' of subscription '00000000-")


def test_a_refused_credential_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise CredentialError(f"No token: the client secret is refused (client_secret={CLIENT_SECRET}).")

    monkeypatch.setattr(credentials, "fetch_token", refuse)
    assert "the client secret is refused" in run(module(read_house), TASK)["msg"]


def test_a_missing_credential_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    done = run(module(read_house), {**TASK, "secret": None, "auth_source": "env"})
    assert done["msg"].startswith("No usable credential (auth_source=env). Checked: options and environment")


class TestSecrets:
    def test_secrets_in_an_error_answer_are_redacted(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """When the error is made, not only when Ansible prints it."""
        shown: list[str] = []

        def function(workspace: Workspace) -> None:
            workspace.arm.put(workspace.path("houses/home"), {})
            try:
                read_house(workspace)
            except AzureMLError as failure:
                shown.append("".join(traceback.format_exception(failure)) + str(failure) + repr(failure.facts))
                raise

        echo = f"Bad header 'Bearer {TOKEN}', key {TOKEN}, secret {CLIENT_SECRET}, see {SIGNED_OPERATION}."
        refusal = Call("GET", "houses/home", 400, error("UserError", echo))
        done = run(module(function), TASK, put("houses/home"), refusal)
        assert HIDDEN in done["msg"]
        assert all(secret not in shown[0] for secret in (TOKEN, CLIENT_SECRET, SIGNED_OPERATION.partition("?")[2]))

    def test_secrets_in_a_result_are_masked(self, run: Run) -> None:
        def function(workspace: Workspace) -> Any:
            accepted = workspace.arm.put(workspace.path("houses/home"), {})
            return {"urls": [accepted.operation_url], "houses": read_house(workspace)}

        current = get("houses/home", {"id": f"{WORKSPACE}/houses/home", "owner": f"{TOKEN} {CLIENT_SECRET}"})
        seen = run(module(function), TASK, put("houses/home"), current)["seen"]
        assert "planted" not in str(seen)

    def test_ids_are_not_masked(self, run: Run) -> None:
        ids = {"tenant": "tenant1", "client_id": "client1", "subscription_id": WORKSPACE}
        assert run(module(lambda *_: ids), TASK)["seen"] == ids

    def test_short_texts_are_not_masked(self) -> None:
        module = types.SimpleNamespace(params={}, check_mode=False, no_log_values=set())
        for secret in ("", "a", "12345", "123456"):
            ModuleInvocation(module).register_secret(secret)
        assert module.no_log_values == {"123456"}


def test_tokens_are_cached_below_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.SimpleNamespace(params={}, check_mode=False)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert folder_of(ModuleInvocation(module)) == Path("/home/me/.cache/mlops.azureml")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert folder_of(ModuleInvocation(module)) == Path("/elsewhere/mlops.azureml")


def folder_of(invocation: ModuleInvocation) -> Path | None:
    assert isinstance(invocation.cache, PrivateCache)
    return invocation.cache._directory


def test_warnings_and_progress_reach_ansible(run: Run) -> None:
    def function(workspace: Workspace) -> None:
        workspace.invocation.warn("Mind the gap.")
        workspace.invocation.progress("half way")

    assert run(module(function), TASK).warnings == ["Mind the gap."]


def test_a_wrong_option_has_no_traceback(run: Run) -> None:
    def function(*_: Any) -> None:
        raise InvalidOption("one: x is too little.")

    done = run(module(function), TASK)
    assert done["msg"] == "one: x is too little."
    assert "exception" not in done.result
