"""What the service reads from the folder of an MLflow model that is registered without flavors."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..places import Unreachable, resolve
from ..state import State
from ..yaml_text import parse_yaml

_DESCRIPTION = "MLmodel"


async def flavors(state: State, model_uri: str) -> dict[str, Any]:
    """Flavors as the model's description names them; none when there is no description. (A15)"""
    try:
        place = resolve(state, model_uri).child(_DESCRIPTION)
    except Unreachable:
        return {}
    if not await state.storage.names(place):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / _DESCRIPTION
        await state.storage.download(place, target)
        described = parse_yaml(target.read_text(encoding="utf-8"))
    named = described.get("flavors") if isinstance(described, dict) else None
    return {name: {"data": {key: str(value) for key, value in data.items()}} for name, data in (named or {}).items()}
