# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as Ansible does, through its ``main()``, against the list of requests that it has to make."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials, workspace
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.tests.unit.plugins import documented_result
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    CLIENT_SECRET,
    CONNECTION,
    SIGNATURE,
    TOKEN,
    Call,
    Outcome,
    Run,
)

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, Any] | None = None) -> Iterator[None]:
        with mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args or {}}).encode()):
            yield


# From ansible-core 2.21 on, a result has its module's arguments only on request.
WITH_INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


@pytest.fixture
def run(
    bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """``run(module, options, *calls, check=False, diff=True)``: the module has to make these calls, in this order."""
    for name in [name for name in os.environ if name.startswith("AZURE") or name.endswith("CA_BUNDLE")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: (TOKEN, 4e9))
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, message: warnings.append(message))

    def run_module(
        module: types.ModuleType, options: dict[str, Any], *calls: Call, check: bool = False, diff: bool = True
    ) -> Outcome:
        warnings.clear()
        wired = bench(*calls)
        transport = httpx.MockTransport(wired.network)
        monkeypatch.setattr(workspace, "HttpClient", functools.partial(HttpClient, transport=transport))
        monkeypatch.setattr(_module, "SystemClock", lambda: wired.clock)
        switches = {"_ansible_check_mode": check, "_ansible_diff": diff, **WITH_INVOCATION}
        arguments = {**CONNECTION, **options, **switches}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        out, err = capfd.readouterr()
        for secret in (CLIENT_SECRET, TOKEN, SIGNATURE):
            assert secret not in out + err, "a secret was printed"
        assert wired.network.replies == [], "some requests were never made"
        result = json.loads(out)
        assert not str(result.get("msg")).startswith("Unexpected error"), result
        # A query returns what it asks for; a test may run an operation that no module has.
        if isinstance(module, types.ModuleType) and not result.get("failed") and not options.get("query"):
            assert documented_result.differences(module, result) == []
        return Outcome(result, list(warnings))

    return run_module
