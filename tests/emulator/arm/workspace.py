"""The workspace itself: read only."""

from __future__ import annotations

from typing import Any

from ..settings import PROVIDER
from ..state import State
from .call import Answer, Call
from .operations import WORKSPACE

_CREATED = "2024-06-05T18:46:33.5387179Z"


async def get(call: Call) -> Answer:
    """Service fact: asset contract 2.1."""
    return Answer(200, render(call.state))


async def delete(call: Call) -> Answer:
    """All that is in it goes; it is back after a reset. Service fact: asset contract 2.2."""
    state = call.state

    def finish(succeeded: bool) -> None:
        if succeeded:
            state.clear()
            state.is_deleted = True

    operation = state.operations.start("", finish, subject=state.settings.workspace_name)
    urls = {kind: state.operations.url(operation, WORKSPACE, call.api_version, kind) for kind in ("async", "location")}
    return Answer(202, None, {"Azure-AsyncOperation": urls["async"], "Location": urls["location"]})


async def listing(call: Call) -> Answer:
    """All of a resource group or of a subscription."""
    return Answer(200, {"value": [render(state) for state in call.reach if not state.is_deleted]})


def render(state: State) -> dict[str, Any]:
    """The workspace as answered."""
    settings = state.settings
    group = f"/subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}/providers"
    tracking_host = settings.url("api").removeprefix("https://")
    properties: dict[str, Any] = {
        "friendlyName": settings.workspace_name,
        "description": "",
        "storageAccount": f"{group}/Microsoft.Storage/storageAccounts/{state.storage.account_name}",
        "keyVault": f"{group}/Microsoft.Keyvault/vaults/kv-emulator",
        "applicationInsights": None,
        "hbiWorkspace": False,
        "tenantId": settings.tenant_id,
        "imageBuildCompute": None,
        "provisioningState": "Succeeded",
        "managedNetwork": {
            "changeableIsolationModes": ["AllowInternetOutbound", "AllowOnlyApprovedOutbound"],
            "isolationMode": "Disabled",
        },
        "v1LegacyMode": False,
        "softDeleteEnabled": False,
        "creationTime": _CREATED,
        "notebookInfo": {
            "resourceId": settings.workspace_guid.replace("-", ""),
            "fqdn": f"ml-{settings.workspace_name}-{settings.region}-{settings.workspace_guid}.notebooks.localhost",
            "isPrivateLinkEnabled": False,
            "notebookPreparationError": None,
        },
        "storageHnsEnabled": False,
        "workspaceId": settings.workspace_guid,
        "linkedModelInventoryArmId": None,
        "privateLinkCount": 0,
        "publicNetworkAccess": "Enabled",
        "ipAllowlist": [],
        "discoveryUrl": f"{settings.url('api')}/discovery",
        "mlFlowTrackingUri": f"azureml://{tracking_host}/mlflow/v1.0{settings.workspace_path}",
        "serverlessComputeSettings": {"serverlessComputeCustomSubnet": None, "serverlessComputeNoPublicIP": False},
        "EnableSoftwareBillOfMaterials": False,
        "sdkTelemetryAppInsightsKey": settings.workspace_guid,
        "sasGetterUri": "",
        "enableDataIsolation": True,
        "systemDatastoresAuthMode": "accesskey",
        "enableServiceSideCMKEncryption": False,
    }
    body = {
        "id": settings.workspace_path,
        "name": settings.workspace_name,
        "type": f"{PROVIDER}/workspaces",
        "location": settings.region,
        "tags": {},
        "etag": None,
        "properties": properties,
        "identity": {"type": "SystemAssigned", "principalId": settings.workspace_guid, "tenantId": settings.tenant_id},
        "kind": "Default",
        "sku": {"name": "Basic", "tier": "Basic"},
        "systemData": {
            "createdAt": _CREATED,
            "createdBy": "Emulator",
            "createdByType": "User",
            "lastModifiedAt": _CREATED,
            "lastModifiedBy": "Emulator",
            "lastModifiedByType": "User",
        },
    }
    return state.surroundings.over(settings.workspace_path, body)


ROUTES = {"GET workspaces/*": get, "GET workspaces": listing, "DELETE workspaces/*": delete}
