# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is tried of assets: each option of each type with two values, and the policies that a version meets."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import set_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_container import ManageAssetContainer
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_type import AssetType
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Change, Field
from ansible_collections.mlops.azureml.plugins.modules.asset_container import ASSETS
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import Pair, samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import REFUSALS

from tests.integration.stories import FILES

NAME = "Digits_1"
PLACE = "azureml://datastores/workspaceblobstore/paths/"
BLOBS = "https://account.blob.core.windows.net/c/"
STEP = {"type": "command", "command": "echo", "environment": "azureml:sklearn:1"}
PIPELINE_STEP = {"component": "azureml:hello:1"}
PIPELINE = {"type": "pipeline", "jobs": {"one": PIPELINE_STEP}}

# Beside what every resource meets.
OF_ASSETS = (
    *REFUSALS,
    "equal_put_status",
    "archive_with_stage",
    "environment_archive",
    "restored_stage",
    "hash_search_archived",
    "mlflow_flavors",
    "mlflow_model_uri",
    "model_path_check",
    "model_archive_with_stage",
    "archive_lag",
    "anonymous_flag",
    "anonymous_stage",
    "data_folder_slash",
    "environment_build",
    "container_put_status",
    "top_link",
    "conflict_details",
    "default_list_view",
    "unknown_order",
    "page_size",
    "next_link",
    "list_lag",
    "delete_container",
)
OF_COMPONENTS = (
    "component_next_version",
    "anonymous_component_version",
    "pipeline_component_jobs",
    "pipeline_component_without_jobs",
)
# What a version cannot be without, and the two contents that are tried of that.
CONTENT: dict[str, tuple[Pair, ...]] = {
    "code": ((f"{BLOBS}one", f"{BLOBS}two"), (str(FILES / "score"), str(FILES / "pages"))),
    "model": ((f"{PLACE}one", f"{PLACE}two"), (str(FILES / "times.txt"), str(FILES / "pages"))),
    "data": ((f"{PLACE}one", f"{PLACE}two"), (str(FILES / "score"), str(FILES / "pages"))),
    "environment": (("library/python:3.11", "library/python:3.12"),),
    "component": ((STEP, {**STEP, "command": "cat"}), (PIPELINE, {**PIPELINE, "jobs": {"other": PIPELINE_STEP}})),
}
BASES = {"environment": "image", "component": "definition"}
BUILDS: tuple[Pair, ...] = ((f"{BLOBS}one/", f"{BLOBS}two/"), (str(FILES / "score"), str(FILES / "pages")))
ROUTES = {"path": ("/one", "/two"), "port": (5001, 5002)}
# All versions of a data asset are of one kind (assets contract 8).
KINDS = {"model": ("custom_model", "mlflow_model"), "data": ("uri_folder", "uri_folder")}


@dataclasses.dataclass(frozen=True)
class Case:
    """One option of one type of asset, with two values."""

    asset: AssetType
    field: Field
    values: Pair

    @property
    def operation(self) -> Publish:
        return Publish(self.asset)

    @property
    def is_content(self) -> bool:
        return self.field.change is Change.NEW_VERSION

    @property
    def is_local(self) -> bool:
        """Are its values files to upload?"""
        return str(self.values[0]).startswith(str(FILES))

    @property
    def policies(self) -> tuple[str, ...]:
        """A local folder to build from has no say where it goes, and cannot do without a default datastore."""
        stores = () if self.is_local and self.field.option == "build.path" else ("default_datastores",)
        own = OF_COMPONENTS if self.asset.spec_at else ()
        return (*OF_ASSETS, *own, *stores, *(("code_uri_check", "hash_check") if self.is_local else ()))

    @property
    def base(self) -> dict[str, Any]:
        """What a version needs beside the option."""
        if self.field.option.startswith("build."):
            return {"build": {"path": BUILDS[0][0]}}
        return {BASES.get(self.asset.name, "path"): copy.deepcopy(CONTENT[self.asset.name][0][0])}

    def task(self, value: Any, **more: Any) -> dict[str, Any]:
        task: dict[str, Any] = {"name": NAME, **self.base, **more}
        if self.is_local and self.asset.upload and self.asset.upload.to == "datastore":
            task["datastore"] = "workspaceblobstore"
        if self.field.along_with:
            companion = next(field for field in self.asset.fields if field.option == self.field.along_with)
            set_at(task, companion.option, pairs(self.asset, companion)[0][0])
        set_at(task, self.field.option, copy.deepcopy(value))
        return task

    def __str__(self) -> str:
        return f"{self.asset.name}: {self.field.option}{' (files)' if self.is_local else ''}"


def pairs(asset: AssetType, field: Field) -> tuple[Pair, ...]:
    """The two different values, or several such pairs, that a task may give to the option."""
    option = field.option
    if option == BASES.get(asset.name, "path"):
        return CONTENT[asset.name]
    if option == "build.path":
        return BUILDS
    if option == "type":
        return (KINDS[asset.name],)
    if option.startswith("inference_config."):
        return (ROUTES[option.rpartition(".")[2]],)
    return (samples(field),)


def _cases() -> Iterator[Case]:
    for asset in ASSETS.values():
        for field in asset.fields:
            for values in pairs(asset, field):
                yield Case(asset, field, values)


CASES = tuple(_cases())
CONTAINER_CASES = tuple((asset, field) for asset in ASSETS.values() for field in asset.container.fields)
CONTAIN = ManageAssetContainer(ASSETS)


def lay_ground(bench: Bench) -> None:
    """The environment and the component that definitions name, and what is at the places of models."""
    bench.lay_blobs("one", "two")
    bench.send("PUT", "environments/sklearn/versions/1", {"properties": {"image": "library/python:3.9"}})
    spec = {"type": "command", "name": "hello", "version": "1", "command": "echo"}
    bench.send("PUT", "components/hello/versions/1", {"properties": {"componentSpec": spec}})
