# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is tried: each kind of each resource type, with its smallest task, what it needs, and its switches."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

from allpairspy import AllPairs
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at, set_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import ChildName
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import ResourceType
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import SECRETS, Bench
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples

from tests.emulator.policies import POLICIES

ENDPOINT = "Digits-EP"  # with capitals: whether names keep them is an open question
DEPLOYMENT = "Blue"

# Switches with a free value, and the values that are tried of them.
FREE = {
    "list_lag": ("0", "30"),
    "operation_lifetime": ("0", "0.5"),
    "operation_reads": ("0", "2"),
    "page_size": ("50", "1"),
    "archive_lag": ("0", "5"),
    "inherited_tags": ("", "costs=7"),  # with an empty value nothing can be created at all
    "read_budget": ("0", "20"),
    "write_budget": ("0", "3"),
}
REFUSALS = (
    "delete_absent",
    "delete_in_use",
    "immutable_status",
    "unknown_properties",
    "read_only_properties",
    "not_found_body",
    "read_budget",
    "write_budget",
    "compute_budget",
    "throttle_body",
    "throttle_code",
    "throttle_retry_after",
    "header_names",
)
EVERYWHERE = (
    *REFUSALS,
    "signed_operation_urls",
    "altered_operation_url",
    "operation_lifetime",
    "expired_operation_status",
    "operation_reads",
    "delete_while_deleting",
    "failed_operation_code",
    "failed_resource",
)
OF_COMPUTES = (
    "generation",
    "compute_omitted_fields",
    "compute_names",
    "compute_name_case",
    "compute_patch_status",
    "compute_errors",
)
OF_BATCH = (
    "generation",
    "put_existing_status",
    "create_state",
    "update_state",
    "update_operation",
    "omitted_fields",
    "delete_body",
    "patch_status",
    "patch_unknown_keys",
    "patch_headers",
    "concurrent_put",
    "creating_parent",
    "missing_parent_status",
    "missing_reference",
    "absent_default",
    "endpoint_names",
    "endpoint_name_case",
    "inherited_tags",
    "inherited_tags_shown",
    "conflict_body",
    "endpoint_description",
    "default_in_put_answer",
)
OF_DEPLOYMENTS = (
    "deployment_changes",
    "deployment_delete",
    "delete_default",
    "default_after_delete",
    "pipeline_settings",
    "pipeline_answer",
    "pipeline_tag",
    "pipeline_zeros",
    "empty_resource_properties",
)


@dataclasses.dataclass(frozen=True)
class Subject:
    """A table under test, reached through the operation of its module.

    ``task`` names the resource, and its kind; ``surround`` creates what it needs, and ``fill``, once it exists, the
    children that its options may name.
    """

    title: str
    resource: ResourceType
    table: ResourceType
    task: dict[str, Any]
    policies: tuple[str, ...]
    surround: Callable[[Bench], None] = lambda _bench: None
    fill: Callable[[Bench], None] = lambda _bench: None

    @property
    def operation(self) -> Manage:
        return Manage(self.resource)

    @property
    def smallest(self) -> dict[str, Any]:
        """The smallest task that creates it."""
        return self.with_options({field.option: samples(field)[0] for field in self.table.fields if field.needed})

    @property
    def fullest(self) -> dict[str, Any]:
        """A task with every option that a creation can set."""
        said = [field for field in self.table.fields if not isinstance(field.value_type, ChildName)]
        return self.with_options({field.option: samples(field)[0] for field in said})

    def with_options(self, options: dict[str, Any], base: dict[str, Any] | None = None) -> dict[str, Any]:
        """A task with these options, by their dotted paths, added; and with those that they cannot do without."""
        task: dict[str, Any] = _copied(base or self.task)
        fields = {field.option: field for field in self.table.fields}
        for option, value in options.items():
            companion = fields[option].along_with
            if companion and get_at(task, companion) is None:
                set_at(task, companion, samples(fields[companion])[0])
            set_at(task, option, value)
        return task

    @property
    def path(self) -> str:
        return self.table.path_of(self.task)

    @property
    def before_write(self) -> list[str]:
        """What is read before an update: the current secrets, if an update has to repeat them."""
        return [f"POST {self.path}{SECRETS}"] if self.table.secrets_at else []

    @property
    def parent_path(self) -> str | None:
        parent = self.table.parent
        return parent.type.path_of({"name": self.task[parent.option]}) if parent else None


def _copied(tree: Any) -> Any:
    return {key: _copied(item) for key, item in tree.items()} if isinstance(tree, dict) else tree


def lay_assets(bench: Bench) -> None:
    bench.lay_blobs("1", "2")
    for version in ("1", "2"):
        blob = f"https://localhost:10000/account/c/{version}"
        bench.send("PUT", f"codes/score/versions/{version}", {"properties": {"codeUri": blob}})
        uri = f"azureml://datastores/workspaceblobstore/paths/{version}"
        bench.send("PUT", f"models/digits/versions/{version}", {"properties": {"modelUri": uri}})
        image = f"library/python:3.{version}"
        bench.send("PUT", f"environments/sklearn/versions/{version}", {"properties": {"image": image}})
        spec = {"type": "pipeline", "name": "hello", "version": version, "jobs": {}}
        bench.send("PUT", f"components/hello/versions/{version}", {"properties": {"componentSpec": spec}})


def _computes(bench: Bench) -> None:
    for name in ("cpu", "gpu"):
        inner = {"vmSize": "Standard_DS2_v2", "scaleSettings": {"maxNodeCount": 1}}
        body = {"location": "eastus", "properties": {"computeType": "AmlCompute", "properties": inner}}
        bench.send("PUT", f"computes/{name}", body)


def lay_endpoint(bench: Bench) -> None:
    lay_assets(bench)
    _computes(bench)
    bench.send("PUT", f"batchEndpoints/{ENDPOINT}", {"location": "eastus", "properties": {"authMode": "AADToken"}})


def _with_deployments(bench: Bench) -> None:
    """Two deployments of a model below the endpoint, and what they are made of."""
    lay_assets(bench)
    _computes(bench)
    lay_deployments(bench)


def lay_deployments(bench: Bench) -> None:
    model = {"referenceType": "Id", "assetId": bench.path("models/digits/versions/1")}
    body = {"location": "eastus", "properties": {"model": model, "compute": bench.path("computes/cpu")}}
    for name in ("green", "red"):
        bench.send("PUT", f"batchEndpoints/{ENDPOINT}/deployments/{name}", body)


def _private(bench: Bench) -> None:
    """What an instance without a public address needs: assets contract 14.20."""
    bench.emulator.state.policies.set("private_endpoint", "exists")


def _kinds() -> Iterator[Subject]:
    for kind, table in COMPUTE.kinds.tables.items() if COMPUTE.kinds else ():
        task = {"name": "Cpu-1", "type": kind}
        yield Subject(f"compute, {kind}", COMPUTE, table, task, (*EVERYWHERE, *OF_COMPUTES), _private)
    for kind, table in BATCH_DEPLOYMENT.kinds.tables.items() if BATCH_DEPLOYMENT.kinds else ():
        task: dict[str, Any] = {"name": DEPLOYMENT, "endpoint_name": ENDPOINT, "type": kind}
        if any(field.unseen for field in table.fields):
            task["settings"] = {}  # a PUT repeats what the service does not return
        policies = (*EVERYWHERE, *OF_BATCH, *OF_DEPLOYMENTS)
        yield Subject(f"deployment, {kind}", BATCH_DEPLOYMENT, table, task, policies, lay_endpoint)
    for kind, table in DATASTORE.kinds.tables.items() if DATASTORE.kinds else ():
        policies = (*EVERYWHERE, "generation", "default_datastores", "default_datastore_change", "datastore_endpoint")
        yield Subject(f"datastore, {kind}", DATASTORE, table, {"name": "Scans_1", "type": kind}, policies)


SUBJECTS = (
    *_kinds(),
    Subject(
        "endpoint",
        BATCH_ENDPOINT,
        BATCH_ENDPOINT,
        {"name": ENDPOINT},
        (*EVERYWHERE, *OF_BATCH),
        fill=_with_deployments,
    ),
)
OPTIONS = tuple((subject, field) for subject in SUBJECTS for field in subject.table.fields)


def values_of(policy: str) -> tuple[str, ...]:
    """The answers of a policy that are tried, the default first."""
    (declared,) = (one for one in POLICIES if one.name == policy)
    values = FREE.get(policy, declared.values)
    return tuple(sorted(values, key=lambda value: value != declared.default))


def each_value(policies: tuple[str, ...]) -> list[dict[str, str]]:
    """The fewest sets of answers in which each answer to each question is given once; the defaults first."""
    columns = {policy: values_of(policy) for policy in policies}
    rows = max(len(values) for values in columns.values())
    return [{policy: values[min(row, len(values) - 1)] for policy, values in columns.items()} for row in range(rows)]


def two_of(policies: tuple[str, ...], number: int) -> list[dict[str, str]]:
    """The default answers, and one other set, chosen by `number`: over many cases all answers are given."""
    defaults, *others = each_value(policies)
    return [defaults, others[number % len(others)]]


@functools.cache
def pairwise(policies: tuple[str, ...]) -> list[dict[str, str]]:
    """Sets of answers in which each two answers to two questions meet once."""
    return [dict(zip(policies, row)) for row in AllPairs([values_of(policy) for policy in policies])]
