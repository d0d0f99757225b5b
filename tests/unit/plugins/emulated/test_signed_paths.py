# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of assets whose path is a signed URL: the service needs the signature, and nobody else may see it."""

from __future__ import annotations

import json
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import data, data_info, model, model_info
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

URL = "https://acc.blob.core.windows.net/files/digits"
SIGNED = f"{URL}?sv=2025-01-05&se=2026-12-01&sr=c&sp=rl&sig={{}}%2Fplanted%3D"


@pytest.mark.parametrize(("module", "info", "plural"), [(data, data_info, "data"), (model, model_info, "models")])
def test_the_signature_is_stored_told_and_never_shown(
    emulated: Emulated, module: types.ModuleType, info: types.ModuleType, plural: str
) -> None:
    name = module.__name__.rpartition(".")[2]
    task: dict[str, Any] = {"name": "digits", "path": SIGNED.format("first"), "version": "1"}
    shown = []
    for check in (True, False):
        made = emulated(module, task, check=check)
        assert made["changed"]
        assert "stores the URL with its signature" in made.warnings[0]
        shown.append(json.dumps(made.result) + "".join(made.warnings))
    assert made[name]["path"] == URL

    # A renewed signature opens the same data.
    again = emulated(module, {**task, "path": SIGNED.format("second")})
    assert (again["changed"], emulated.writes, again.warnings) == (False, [], [])
    listed = emulated(info, {"name": "digits"})
    assert [version["path"] for version in listed[plural]] == [URL]
    for text in (*shown, json.dumps(again.result), json.dumps(listed.result)):
        assert "planted" not in text


def test_what_is_no_address_is_not_registered(emulated: Emulated) -> None:
    refused = emulated(data, {"name": "digits", "path": "https://[::1", "version": "1"})
    assert refused.failed
    assert "path" in refused["msg"]
    assert emulated.writes == []
