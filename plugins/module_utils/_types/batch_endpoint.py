# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The batch endpoint: batch contract 3."""

from __future__ import annotations

from .._schema.identity_values import Identity
from .._schema.ignored_updates import prefix
from .._schema.map_values import TextMap
from .._schema.reference_values import ChildName
from .._schema.resource_type import Change, Field, NameRule, Output, ResourceType
from .._schema.scalar_values import Choice

AUTH_MODES = Choice(aad_token="AADToken", key="Key", aml_token="AMLToken")
# An older back end keeps the URL of an operation, perhaps a signed one, among the properties (batch contract 3.2).
OWN_AND_OTHERS = TextMap(hidden={"AzureAsyncOperationUri"}, hidden_prefix=prefix("description"))
PROPERTIES = "properties.properties"

BATCH_ENDPOINT = ResourceType(
    name="batch_endpoint",
    plural="batch_endpoints",
    label="batch endpoint",
    path="batchEndpoints/{name}",
    name_rule=NameRule(
        r"(?=.{3,32}$)[a-zA-Z]([a-zA-Z0-9]|-(?!-))*[a-zA-Z0-9]",
        "3 to 32 letters, digits and single dashes, beginning with a letter and ending with a letter or digit",
    ),
    regional=True,
    attempts_at=PROPERTIES,  # keys can be added, not altered or removed (batch contract 3.1)
    runs_jobs=True,
    constants={"properties.authMode": "AADToken"},
    fields=(
        # An older back end accepts another description and keeps the old one (batch contract 14.25, open question 1).
        Field("description", at="properties.description", change=Change.ONCE),
        Field("tags", at="tags", value_type=TextMap(), change=Change.APPEND),
        Field("properties", at=PROPERTIES, value_type=OWN_AND_OTHERS, change=Change.MERGE, keys_stay=True),
        Field("identity", at="identity", value_type=Identity()),
        Field("auth_mode", at="properties.authMode", value_type=AUTH_MODES),
        Field("defaults.deployment_name", at="properties.defaults.deploymentName", value_type=ChildName("deployments")),
    ),
    outputs=(
        Output("scoring_uri", at="properties.scoringUri"),
        Output("provisioning_state", at="properties.provisioningState"),
    ),
    read_only=("properties.scoringUri", "properties.swaggerUri"),
    # az places an endpoint in the region of the workspace, whatever a file says.
    shown=(
        "scoring_uri",
        "openapi_uri",
        "location",
        "identity.principal_id",
        "identity.tenant_id",
        *(f"identity.user_assigned_identities.*.{key}" for key in ("principal_id", "client_id", "tenant_id")),
    ),
    left_out={
        # Keys of the preview of 2021.
        "type": "an endpoint of this module is always for batch scoring; drop it",
        "traffic": "write defaults.deployment_name",
        "deployments": "deployments are resources of their own: give each to the module batch_deployment",
    },
)
