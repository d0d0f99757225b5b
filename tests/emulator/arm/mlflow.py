"""What the service reads from the folder of an MLflow model that is registered without flavors."""

from __future__ import annotations

import json
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
    flavors_named = named if isinstance(named, dict) else {}
    return {name: {"data": _texts(data)} for name, data in flavors_named.items()}


def _texts(data: Any) -> dict[str, str]:
    """Service fact: asset contract 14.16 (nested values as indented JSON, nothing as empty text)."""
    return {key: _text(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return "" if value is None else str(value)
