"""The image build that the PUT of an environment version may start: two headers, of which one is a secret."""

from __future__ import annotations

import secrets

from ..state import State

_BUILD = "ca1"


def build_headers(state: State, container_path: str) -> dict[str, str]:
    """Headers of a PUT that started a build: its id, and where its log is read, a SAS. (A 14.17)"""
    if state.policies["environment_build"] == "hidden":
        return {}
    registry = f"{secrets.token_hex(16)}-{container_path.rsplit('/', 1)[1].lower()}"
    address = f"{state.storage.container_url(registry)}/logs/{_BUILD}/rawtext.log"
    return {"build-id": _BUILD, "log-url": f"{address}?{state.storage.container_sas(registry, 'r')}"}
