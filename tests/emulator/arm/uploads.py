"""Pending uploads: a fresh container for each call, with a SAS that can write into it."""

from __future__ import annotations

import secrets
import string
import uuid

from .call import Answer, Call
from .shapes import Field, shape

REQUEST = shape(Field("pendingUploadType"), Field("pendingUploadId"))
_ALPHABET = string.ascii_lowercase + string.digits


async def start(call: Call) -> Answer:
    """Service fact: asset contract 5.1 (`:443` in one URI only, type `None`, SAS with rcwl)."""
    asked = call.bind(REQUEST, "PendingUpload") if call.body is not None else {}
    settings = call.state.settings
    storage = call.state.storage
    container = f"{settings.workspace_guid}-{''.join(secrets.choice(_ALPHABET) for _place in range(26))}"
    await storage.create_container(container)
    call.state.uploads.note(container)
    hours = call.state.policies.seconds("pending_upload_lifetime") / 3600
    address = storage.container_url(container)
    group = f"/subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}"
    reference = {
        "blobUri": address,
        "storageAccountArmId": f"{group}/providers/Microsoft.Storage/storageAccounts/{storage.account_name}",
        "credential": {
            "credentialType": "SAS",
            "sasUri": f"{address}?{storage.container_sas(container, 'rcwl', hours)}",
        },
    }
    body = {
        "blobReferenceForConsumption": reference,
        "pendingUploadId": asked.get("pendingUploadId") or str(uuid.uuid4()),
        "pendingUploadType": "None",
    }
    return Answer(200, body)


ROUTES = {"POST codes/*/versions/*/startPendingUpload": start}
