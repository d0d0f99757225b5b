"""What the service reads from storage before it answers the PUT of a version. (A10, A12, A15)"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from ..errors import Refused, management_error
from ..places import Unreachable, resolve
from ..runtime.plan import Place
from ..state import State
from . import mlflow
from .asset_kinds import AssetKind
from .call import Call

_ADDRESSES = {"codes": "codeUri", "models": "modelUri", "data": "dataUri"}


async def look_at_content(kind: AssetKind, call: Call, stored: dict[str, Any]) -> None:
    """Refused when a version's blobs are not what the policies demand; fills in what the blobs say."""
    policies = call.state.policies
    checks_code = policies["code_uri_check"] == "exists" or policies["hash_check"] == "verified"
    most = policies.number("max_blobs") if kind.collection in _ADDRESSES else 0
    if most or (kind.collection == "codes" and checks_code):
        await _check(kind, call, stored, most)
    if kind.collection == "models":
        if policies["model_path_check"] == "exists":
            await _refuse_empty_path(call, stored["modelUri"])
        names_none = stored["modelType"] == "mlflow_model" and not stored["flavors"]
        if names_none and policies["mlflow_flavors"] == "read":
            stored["flavors"] = await mlflow.flavors(call.state, stored["modelUri"])


async def _refuse_empty_path(call: Call, uri: str) -> None:
    """Service fact: asset contract 14.31 (a place in a datastore without blobs; what lies elsewhere is not read)."""
    try:
        place = resolve(call.state, uri)
    except Unreachable:
        return
    if "/datastores/" not in uri or await call.state.storage.names(place):
        return
    message = f"No blobs found in storage at model asset path: {place.container}/{place.path}/"
    details = [{"code": "ModelAssetPathNotFoundInStorage", "message": message}]
    raise Refused(management_error(400, "UserError", "The request is invalid.", details=details))


async def _check(kind: AssetKind, call: Call, stored: dict[str, Any], most: int) -> None:
    uri = stored[_ADDRESSES[kind.collection]]
    try:
        place = resolve(call.state, uri)
        names = await call.state.storage.names(place)
    except Unreachable:
        names = []
    if most and len(names) > most:
        raise Refused(management_error(400, "UserError", f"There are more than {most} files at '{uri}'."))
    if kind.collection != "codes":
        return
    policies = call.state.policies
    if not names and policies["code_uri_check"] == "exists":
        raise Refused(management_error(400, "UserError", f"There is no content at '{uri}'."))
    named = stored["properties"].get("hash_sha256")
    if (
        names
        and named
        and policies["hash_check"] == "verified"
        and named != await _content_hash(call.state, place, names)
    ):
        raise Refused(management_error(400, "UserError", f"The hash_sha256 is not that of the content at '{uri}'."))


async def _content_hash(state: State, place: Place, names: list[str]) -> str:
    """Service fact: asset contract 8.2 (the hash of code, version 202208)."""
    digest = hashlib.sha256(str(len(names)).encode())
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, name in enumerate(sorted(names, key=str.lower)):
            file = Path(folder) / str(number)
            await state.storage.download(place.child(name) if name else place, file)
            digest.update(f"#{name or place.name}#{file.stat().st_size}".encode())
            files.append(file)
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()
