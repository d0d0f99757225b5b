"""How many cores and computes a subscription may use in a region, and the shares of its workspaces."""

from __future__ import annotations

from ..state import Resource, State
from .vm_sizes import SIZES, find_family

CLUSTERS = 200
CORES = 500
FAMILY_CORES = 100
"""Limits where the switch `quota_limits` names none: computes, dedicated cores in all and of a family without GPUs."""
NO_OWN_LIMIT = -1
"""Low priority has one limit over all families. Service fact: operations contract 1."""

_WITH_GPUS = frozenset(size.family for size in SIZES if size.gpus)


class QuotaLimits:
    """The limits in force: the switch, else the defaults; families with GPUs have none, as in a new subscription."""

    def __init__(self, state: State) -> None:
        pairs = state.policies.pairs("quota_limits")
        self._set = {find_family(name) or name.lower(): int(limit) for name, limit in pairs.items()}

    @property
    def clusters(self) -> int:
        """Computes of all kinds."""
        return self._set.get("clusters", CLUSTERS)

    @property
    def cores(self) -> int:
        """Dedicated cores of all families."""
        return self._set.get("cores", CORES)

    def of(self, family: str) -> int:
        """Dedicated cores of a family."""
        return self._set.get(family, 0 if family in _WITH_GPUS else FAMILY_CORES)

    def share(self, state: State, family: str) -> int:
        """Dedicated cores of a family that a workspace may use: its own share, or all of them."""
        own = own_share(state, family)
        return self.of(family) if own is None else own


def own_share(state: State, family: str) -> int | None:
    """The share that a workspace was given of a family, or None."""
    found = state.resources.get(_path(state, family))
    return int(found.properties["limit"]) if found else None


def set_share(state: State, family: str, limit: int) -> None:
    """Give a workspace a share of a family."""
    state.resources.put(Resource(_path(state, family), {"limit": limit}, created=state.clock.now()))


def _path(state: State, family: str) -> str:
    return state.workspace("quotas", family.replace(" ", "_"))
