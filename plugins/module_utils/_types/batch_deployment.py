# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The batch deployment, of a model or of a pipeline component: batch contract 4."""

from __future__ import annotations

import typing as t

from .._schema.map_values import JsonMap, TextMap
from .._schema.reference_values import NameReference, Reference, WrappedReference
from .._schema.resource_type import Change, Field, Kinds, NameRule, Output, Parent, ParentReference, ResourceType
from .._schema.scalar_values import Choice, Duration, Integer, TextBoolean
from .batch_endpoint import BATCH_ENDPOINT, OWN_AND_OTHERS

LEVELS = Choice(info="Info", warning="Warning", debug="Debug")
ACTIONS = Choice(append_row="AppendRow", summary_only="SummaryOnly")
PIPELINE = "properties.deploymentConfiguration"
KIND_AT = f"{PIPELINE}.deploymentConfigurationType"
# Whether the service lets go of what a deployment is made of is not known (batch contract, open question 2).
MADE_OF = Change.REFUSABLE

# By PUT: whether a PATCH of batch resources adds to tags or replaces them is not recorded (batch contract, open
# question 3).
COMMON_FIELDS = (
    Field("description", at="properties.description"),
    Field("tags", at="tags", value_type=TextMap(), change=Change.APPEND),
    Field("properties", at="properties.properties", value_type=OWN_AND_OTHERS, change=Change.MERGE),
)
# Tags that the service adds to the deployment of a pipeline (batch contract 14.29).
OF_THE_SERVICE = TextMap(automatic={"ComponentDeployment.ComponentId", "PipelineDeployment.ComponentId"})
COMMON: dict[str, t.Any] = {
    "name": "batch_deployment",
    "plural": "batch_deployments",
    "label": "batch deployment",
    "path": "batchEndpoints/{endpoint_name}/deployments/{name}",
    "name_rule": NameRule(
        r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}",
        "up to 255 letters, digits, dashes and underscores, the first a letter or digit",
    ),
    "parent": Parent(
        BATCH_ENDPOINT,
        "endpoint_name",
        references=(
            ParentReference("set_default", at="properties.defaults.deploymentName", words="the default deployment"),
        ),
    ),
    "regional": True,
    "runs_jobs": True,
    "outputs": (Output("provisioning_state", at="properties.provisioningState"),),
}

OF_A_MODEL = ResourceType(
    **COMMON,
    fields=(
        *COMMON_FIELDS,
        Field("model", at="properties.model", value_type=WrappedReference("models"), needed=True, change=MADE_OF),
        Field(
            "code_configuration.code",
            at="properties.codeConfiguration.codeId",
            value_type=Reference("codes"),
            change=MADE_OF,
            along_with="code_configuration.scoring_script",
            holds="code_configuration.scoring_script",
        ),
        Field("code_configuration.scoring_script", at="properties.codeConfiguration.scoringScript", change=MADE_OF),
        Field("environment", at="properties.environmentId", value_type=Reference("environments"), change=MADE_OF),
        Field(
            "environment_variables",
            at="properties.environmentVariables",
            value_type=TextMap(empty_values=True),
            yaml="settings.environment_variables",
        ),
        Field("compute", at="properties.compute", value_type=Reference("computes"), needed=True, change=MADE_OF),
        Field("resources.instance_count", at="properties.resources.instanceCount", value_type=Integer(minimum=1)),
        Field("resources.instance_type", at="properties.resources.instanceType"),
        Field("resources.properties", at="properties.resources.properties", value_type=JsonMap()),
        Field(
            "mini_batch_size",
            at="properties.miniBatchSize",
            value_type=Integer(minimum=1),
            yaml="settings.mini_batch_size",
        ),
        Field(
            "max_concurrency_per_instance",
            at="properties.maxConcurrencyPerInstance",
            value_type=Integer(minimum=1),
            yaml="settings.max_concurrency_per_instance",
        ),
        Field(
            "retry_settings.max_retries",
            at="properties.retrySettings.maxRetries",
            value_type=Integer(minimum=0),
            yaml="settings.retry_settings.max_retries",
        ),
        Field(
            "retry_settings.timeout",
            at="properties.retrySettings.timeout",
            value_type=Duration(minimum=1),
            yaml="settings.retry_settings.timeout",
        ),
        Field(
            "error_threshold",
            at="properties.errorThreshold",
            value_type=Integer(minimum=-1),
            yaml="settings.error_threshold",
        ),
        Field("logging_level", at="properties.loggingLevel", value_type=LEVELS, yaml="settings.logging_level"),
        Field("output_action", at="properties.outputAction", value_type=ACTIONS, yaml="settings.output_action"),
        Field("output_file_name", at="properties.outputFileName", yaml="settings.output_file_name"),
    ),
)

# What only the deployment of a model has; of one of a pipeline the service returns zeros, which it may refuse (batch
# contract 14.18).
_ONLY_OF_A_MODEL = dict.fromkeys(
    ".".join(field.at.split(".")[:2]) for field in OF_A_MODEL.fields if field not in COMMON_FIELDS
)

# The service does not return the settings of a pipeline, and keeps them all the same (batch contract 14.20, 14.28).
# So what a PATCH can change is patched.
OF_A_PIPELINE = ResourceType(
    **COMMON,
    constants={KIND_AT: "PipelineComponent"},
    read_only=tuple(_ONLY_OF_A_MODEL),
    fields=(
        Field("description", at="properties.description", patchable=True),
        Field("tags", at="tags", value_type=OF_THE_SERVICE, change=Change.APPEND, patchable=True),
        Field("properties", at="properties.properties", value_type=OWN_AND_OTHERS, change=Change.MERGE),
        Field(
            "component",
            at=f"{PIPELINE}.componentId",
            value_type=WrappedReference("components"),
            needed=True,
            change=MADE_OF,
        ),
        Field(
            "settings.default_compute",
            at=f"{PIPELINE}.settings.default_compute",
            value_type=NameReference("computes"),
            unseen=True,
        ),
        Field(
            "settings.default_datastore",
            at=f"{PIPELINE}.settings.default_datastore",
            value_type=NameReference("datastores"),
            unseen=True,
        ),
        Field(
            "settings.continue_on_step_failure",
            at=f"{PIPELINE}.settings.continue_on_step_failure",
            value_type=TextBoolean(),
            alias="ComponentDeployment.Settings.continue_on_step_failure",
            unseen=True,
        ),
    ),
)

BATCH_DEPLOYMENT = ResourceType(
    **COMMON,
    fields=COMMON_FIELDS,
    left_out={
        "job_definition": "a job is no component; name or describe the component that it ran, in component",
        # Keys of the preview of 2021.
        "compute.target": "write the target itself as compute",
        "compute.instance_count": "write resources.instance_count",
        "instance_count": "write resources.instance_count",
        "code_configuration.code.local_path": "write the folder itself as code_configuration.code",
        "output_configuration": "write output_action and output_file_name",
    },
    kinds=Kinds(
        "type",
        at=KIND_AT,
        value_type=Choice(model="Model", pipeline="PipelineComponent"),
        default="model",
        tables={"model": OF_A_MODEL, "pipeline": OF_A_PIPELINE},
    ),
)
