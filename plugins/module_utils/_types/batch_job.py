# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The scoring job: what one call may set in place of its deployment. Batch contract 5.2."""

from __future__ import annotations

from .._schema.resource_type import Field, NameRule, Parent, ResourceType
from .._schema.scalar_values import Choice, Duration, Integer
from .batch_endpoint import BATCH_ENDPOINT

# Any job of the workspace, also those of other clients and numbered attempts.
ANY_JOB_NAME = NameRule(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}", "up to 255 letters, digits, dashes and underscores")

_NO_PIPELINE_JOB = "a pipeline job runs without an endpoint; deploy its component, and write inputs and outputs"
_OF_THE_TASK = "a file may serve any number of jobs; give it as an option of the task"

BATCH_JOB = ResourceType(
    name="batch_job",
    plural="batch_jobs",
    label="scoring job",
    path="jobs/{name}",
    name_rule=NameRule(
        # A number after two dashes marks the later attempts of a name.
        r"(?!.*--\d+$)[a-zA-Z0-9][a-zA-Z0-9_-]{0,189}",
        "up to 190 letters, digits, dashes and underscores, no dash or underscore first, no -- and a number last",
    ),
    parent=Parent(BATCH_ENDPOINT, "endpoint_name"),
    # Keys of a job or of the official SDK's BatchJobSchema that mean another option, and of files of other jobs.
    left_out={
        **dict.fromkeys(("name", "job_name", "key"), _OF_THE_TASK),
        "endpoint_name": _OF_THE_TASK,
        "properties": "write experiment_name",
        **dict.fromkeys(("compute", "resources"), "write instance_count"),
        **dict.fromkeys(("dataset", "input", "input_data"), "write inputs"),
        **dict.fromkeys(("output_dataset", "output_data", "output_path"), "write outputs"),
        **dict.fromkeys(("type", "jobs", "settings", "component", "display_name", "command"), _NO_PIPELINE_JOB),
    },
    fields=(
        Field("experiment_name", at="properties.properties.experimentName"),
        Field("output_file_name", at="properties.outputFileName"),
        Field("mini_batch_size", at="properties.miniBatchSize", value_type=Integer(minimum=1)),
        Field("instance_count", at="properties.compute.instanceCount", value_type=Integer(minimum=1)),
        Field("max_concurrency_per_instance", at="properties.maxConcurrencyPerInstance", value_type=Integer(minimum=1)),
        Field("error_threshold", at="properties.errorThreshold", value_type=Integer(minimum=-1)),
        Field(
            "logging_level",
            at="properties.loggingLevel",
            value_type=Choice(info="Info", warning="Warning", debug="Debug"),
        ),
        Field("retry_settings.max_retries", at="properties.retrySettings.maxRetries", value_type=Integer(minimum=0)),
        Field("retry_settings.timeout", at="properties.retrySettings.timeout", value_type=Duration(minimum=1)),
    ),
)
