# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.references import Reference, expand, parse

WS = WorkspaceId("sub", "rg1", "ws1")
MODEL = WS.child("models", "digits", "versions", "1")
CPU = WS.child("computes", "cpu")
REGISTRY = "azureml://registries/azureml/environments/sklearn/versions/3"


@pytest.mark.parametrize(
    ("text", "kind", "full"),
    [
        ("azureml:digits:1", "models", MODEL),
        ("digits:1", "models", MODEL),
        ("azureml:digits:2024-01.bar", "models", WS.child("models", "digits", "versions", "2024-01.bar")),
        (MODEL, "models", MODEL),
        (f"azureml:{MODEL}", "models", MODEL),
        (f"{MODEL}/", "models", MODEL),
        ("cpu", "computes", CPU),
        ("azureml:cpu", "computes", CPU),
        (CPU, "computes", CPU),
        (CPU.replace("computes", "Computes"), "computes", CPU.replace("computes", "Computes")),
        ("store", "datastores", WS.child("datastores", "store")),
        (REGISTRY, "environments", REGISTRY),
        (
            "azureml://locations/eu/workspaces/x/data/d/versions/1",
            "data",
            "azureml://locations/eu/workspaces/x/data/d/versions/1",
        ),
    ],
)
def test_the_full_id_of_a_reference(text: str, kind: str, full: str) -> None:
    assert expand(text, kind, WS) == full


@pytest.mark.parametrize("text", ["azureml:digits@latest", "digits@latest"])
def test_a_label_has_no_full_id(text: str) -> None:
    assert parse(text, "models") == Reference("models", name="digits", label="latest")
    with pytest.raises(ValueError, match="has a label, which has to be resolved first"):
        expand(text, "models", WS)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("digits", "models", "names no version"),
        ("azureml:digits", "models", "names no version"),
        ("digits:", "models", "names no version"),
        (":1", "models", "names no version"),
        ("@latest", "models", "names no version"),
        ("", "models", "names no version"),
        ("digits:1@latest", "models", "names no version"),
        ("../digits:1", "models", "names no version"),
        ("digits:1/../2", "models", "names no version"),
        (WS.child("models", "digits"), "models", "names no version: it has to end with /versions/"),
        ("digits@stable", "models", "label 'stable': only latest is known"),
        ("cpu:1", "computes", "is no reference: write a name"),
        ("cpu@latest", "computes", "is no reference: write a name"),
        ("a/b", "computes", "is no reference: write a name"),
        ("", "computes", "is no reference: write a name"),
        ("/computes/cpu", "computes", "is no full ARM id"),
        (CPU, "models", "is not the id of something in models"),
        (WS.path, "computes", "is not the id of something in computes"),
        (REGISTRY, "models", "is not the id of something in models"),
    ],
)
def test_any_other_text_is_refused_with_the_reason(text: str, kind: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(text, kind)
