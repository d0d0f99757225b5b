# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry point for modules, with errors that nothing expects."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import ArgumentSpec
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.tests.unit.plugins.conftest import patch_module_args

SECRET = "planted-client-secret-7f3a"


class Broken:
    """An operation with a defect."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec({})

    def run(self, workspace: Workspace) -> NoReturn:
        workspace.on_close(lambda: self.closed.append("connection"))
        raise KeyError(f"{SECRET} at https://host/path?sig=signature")


def fail(capfd: pytest.CaptureFixture[str], **switches: Any) -> tuple[dict[str, Any], Broken]:
    operation = Broken()
    with patch_module_args({"secret": SECRET, **switches}), pytest.raises(SystemExit):
        _module.run(operation)
    out, err = capfd.readouterr()
    assert SECRET not in out + err
    assert "signature" not in out + err
    return json.loads(out), operation


def test_an_unexpected_error_is_a_failure_without_secrets(capfd: pytest.CaptureFixture[str]) -> None:
    # From ansible-core 2.19 on, tracebacks are returned on request.
    tracebacks = {"_ansible_tracebacks_for": ["error"]} if "tracebacks_for" in PASS_VARS else {}
    result, _operation = fail(capfd, _ansible_verbosity=3, **tracebacks)
    assert result["failed"] is True
    assert result["msg"].startswith("Unexpected error: KeyError: ")
    assert "report it" in result["msg"]


def test_connections_are_closed_whatever_happens(capfd: pytest.CaptureFixture[str]) -> None:
    _result, operation = fail(capfd)
    assert operation.closed == ["connection"]
