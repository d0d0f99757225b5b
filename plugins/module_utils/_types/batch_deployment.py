# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The batch deployment: batch contract 4."""

from __future__ import annotations

from .._resource import Change, Field, NameRule, Output, Parent, ParentMark, ResourceType
from .._wire import Choice, Duration, Integer, Reference, TextMap, WrappedReference
from .batch_endpoint import BATCH_ENDPOINT, OWN_AND_OTHERS

LEVELS = Choice(info="Info", warning="Warning", debug="Debug")
ACTIONS = Choice(append_row="AppendRow", summary_only="SummaryOnly")

BATCH_DEPLOYMENT = ResourceType(
    name="batch_deployment",
    plural="batch_deployments",
    label="batch deployment",
    path="batchEndpoints/{endpoint_name}/deployments/{name}",
    name_rule=NameRule(
        r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}",
        "up to 255 letters, digits, dashes and underscores, the first a letter or digit",
    ),
    parent=Parent(
        BATCH_ENDPOINT, "endpoint_name", marks=(ParentMark("set_default", at="properties.defaults.deploymentName"),)
    ),
    regional=True,
    fields=(
        Field("description", at="properties.description"),
        Field("tags", at="tags", wire=TextMap(), change=Change.APPEND),
        Field("properties", at="properties.properties", wire=OWN_AND_OTHERS, change=Change.MERGE),
        Field("model", at="properties.model", wire=WrappedReference("models"), needed=True),
        Field("code_configuration.code", at="properties.codeConfiguration.codeId", wire=Reference("codes")),
        Field("code_configuration.scoring_script", at="properties.codeConfiguration.scoringScript"),
        Field("environment", at="properties.environmentId", wire=Reference("environments")),
        Field("environment_variables", at="properties.environmentVariables", wire=TextMap(empty_values=True)),
        Field("compute", at="properties.compute", wire=Reference("computes"), needed=True),
        Field("resources.instance_count", at="properties.resources.instanceCount", wire=Integer(minimum=1)),
        Field("mini_batch_size", at="properties.miniBatchSize", wire=Integer(minimum=1)),
        Field("max_concurrency_per_instance", at="properties.maxConcurrencyPerInstance", wire=Integer(minimum=1)),
        Field("retry_settings.max_retries", at="properties.retrySettings.maxRetries", wire=Integer(minimum=0)),
        Field("retry_settings.timeout", at="properties.retrySettings.timeout", wire=Duration(minimum=1)),
        Field("error_threshold", at="properties.errorThreshold", wire=Integer(minimum=-1)),
        Field("logging_level", at="properties.loggingLevel", wire=LEVELS),
        Field("output_action", at="properties.outputAction", wire=ACTIONS),
        Field("output_file_name", at="properties.outputFileName"),
    ),
    outputs=(Output("provisioning_state", at="properties.provisioningState"),),
)
