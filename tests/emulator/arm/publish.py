"""Publishing a version of a workspace into a registry. Not recorded: it copies as an import does. (C2)

Service fact: operations contract 4.3.
"""

from __future__ import annotations

from functools import partial

from ..errors import Refused, management_error
from ..registry_transfers import import_version
from .absent_assets import no_version
from .asset_kinds import KINDS, AssetKind
from .call import Answer, Call
from .shapes import Field, shape

REQUEST = shape(*(Field(name) for name in ("registryName", "destinationName", "destinationVersion")))


async def publish(kind: AssetKind, call: Call) -> Answer:
    sent = call.bind(REQUEST, "Publish") if call.body is not None else {}
    source = call.state.resources.get(call.path.removesuffix("/publish"))
    if source is None:
        raise Refused(no_version(kind, call))
    registry = call.state.registries.find(sent.get("registryName") or "")
    if registry is None:
        message = f"Registry {sent.get('registryName')} was not found."
        raise Refused(management_error(404, "UserError", message, inner=("NotFound",)))
    transfer = await import_version(
        call.state.registries,
        registry,
        call.state,
        source,
        name=sent.get("destinationName"),
        version=sent.get("destinationVersion"),
    )
    if call.state.policies["publish_status"] == "200":
        return Answer(200)
    location = f"{call.state.settings.url('api')}/assetstore/v1.0/operations/{transfer.name}"
    return Answer(202, None, {"Location": location})


_PUBLISHED = ("models", "environments", "data", "components", "codes")
ROUTES = {f"POST {name}/*/versions/*/publish": partial(publish, KINDS[name]) for name in _PUBLISHED}
