# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.datastore_path import read_datastore_path

HOME = "subscriptions/S0/resourceGroups/RG1"
ARM = f"{HOME}/providers/Microsoft.MachineLearningServices/workspaces/ws1"


@pytest.mark.parametrize(
    "text",
    [
        "azureml://datastores/Store/paths/a/b.csv",
        f"azureml://{HOME}/workspaces/ws1/datastores/Store/paths/a/b.csv",
        f"azureml:/{ARM}/datastores/Store/paths/a/b.csv",
        f"/{ARM}/datastores/Store/paths/a/b.csv/",
    ],
)
def test_all_forms_are_one_path(text: str) -> None:
    place = read_datastore_path(text)
    assert place is not None
    assert place.key == ("store", "a/b.csv")
    assert (place.name, place.uri) == ("b.csv", "azureml://datastores/Store/paths/a/b.csv")
    assert place.workspace == (None if "subscriptions" not in text else WorkspaceId("s0", "rg1", "ws1"))


@pytest.mark.parametrize(
    "text",
    [
        "azureml://datastores/store",
        "azureml:store:1",
        "https://account.blob.core.windows.net/datastores/store/paths/a",
        "azureml://jobs/x/datastores/store/paths/a",
        "datastores/store/paths/a",
        "",
    ],
)
def test_any_other_text_is_no_datastore_path(text: str) -> None:
    assert read_datastore_path(text) is None


def test_blob_names_have_a_case() -> None:
    one, other = (read_datastore_path(f"azureml://datastores/s/paths/{name}") for name in ("a.csv", "A.csv"))
    assert one is not None
    assert other is not None
    assert one.key != other.key
