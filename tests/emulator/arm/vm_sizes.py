"""Sizes of virtual machines that a region offers: a part of the recorded list, with sizes of every kind.

Service fact: operations contract 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .call import Answer, Call

_BOTH = ("AmlCompute", "ComputeInstance")
_ALL = (*_BOTH, "MIR")
_OS_DISK_MB = 1_047_552
_PARTS = re.compile(r"[\s_]+")


@dataclass(frozen=True)
class VmSize:
    """One size. `prices` are US dollars an hour with operating system and tier, in the order in which they come."""

    name: str
    family: str
    vcpus: int
    memory_gb: float
    disk_mb: int
    gpus: int = 0
    premium: bool = True
    low_priority: bool = True
    types: tuple[str, ...] = _ALL
    prices: tuple[tuple[float, str, str], ...] = ()

    def view(self) -> dict[str, Any]:
        """The size as answered; older ones have no prices."""
        shown: dict[str, Any] = {
            "name": self.name,
            "family": self.family,
            "vCPUs": self.vcpus,
            "gpus": self.gpus,
            "osVhdSizeMB": _OS_DISK_MB,
            "maxResourceVolumeMB": self.disk_mb,
            "memoryGB": self.memory_gb,
            "lowPriorityCapable": self.low_priority,
            "premiumIO": self.premium,
            "supportedComputeTypes": list(self.types),
            "generation": "gen1",
            "supportsIB": False,
        }
        if self.prices:
            values = [{"retailPrice": price, "osType": system, "vmTier": tier} for price, system, tier in self.prices]
            prices = {"billingCurrency": "USD", "unitOfMeasure": "OneHour", "values": values}
            shown["estimatedVMPrices"] = prices
        return shown


def _prices(*values: float) -> tuple[tuple[float, str, str], ...]:
    """Windows standard, Linux low priority, Linux standard, Windows low priority."""
    kinds = (("Windows", "Standard"), ("Linux", "LowPriority"), ("Linux", "Standard"), ("Windows", "LowPriority"))
    return tuple((value, *kind) for value, kind in zip(values, kinds, strict=True))


_D16ADS_V5 = (
    (1.56, "Windows", "Standard"),
    (0.62, "Linux", "LowPriority"),
    (0.16, "Linux", "LowPriority"),
    (0.82, "Linux", "Standard"),
    (0.62, "Windows", "LowPriority"),
    (1.56, "Linux", "Standard"),
)
"""As recorded: no order, and several values for one system and tier."""

SIZES = (
    VmSize("Standard_A1_v2", "standardAv2Family", 1, 2.0, 10_240, premium=False, types=_BOTH),
    VmSize("Standard_A2_v2", "standardAv2Family", 2, 4.0, 20_480, premium=False, types=_BOTH),
    VmSize("Standard_D1", "standardDFamily", 1, 3.5, 51_200, premium=False, types=("AmlCompute",)),
    VmSize("Standard_D13_v2", "standardDv2Family", 8, 56.0, 409_600, premium=False, types=_BOTH),
    VmSize("Standard_D16ads_v5", "standardDADSv5Family", 16, 64.0, 614_400, prices=_D16ADS_V5),
    VmSize("Standard_D2_v2", "standardDv2Family", 2, 7.0, 102_400, premium=False, types=_BOTH),
    VmSize("Standard_D2s_v3", "standardDSv3Family", 2, 8.0, 16_384),
    VmSize("Standard_D4s_v3", "standardDSv3Family", 4, 16.0, 32_768),
    VmSize("Standard_D8s_v3", "standardDSv3Family", 8, 32.0, 65_536),
    VmSize("Standard_DS1_v2", "standardDSv2Family", 1, 3.5, 7_168),
    VmSize("Standard_DS2_v2", "standardDSv2Family", 2, 7.0, 14_336),
    VmSize("Standard_DS3_v2", "standardDSv2Family", 4, 14.0, 28_672),
    VmSize("Standard_DS4_v2", "standardDSv2Family", 8, 28.0, 57_344),
    VmSize("Standard_DS5_v2", "standardDSv2Family", 16, 56.0, 114_688),
    VmSize("Standard_DS12_v2", "standardDSv2Family", 4, 28.0, 57_344),
    VmSize("Standard_E4s_v3", "standardESv3Family", 4, 32.0, 65_536),
    VmSize("Standard_E8s_v3", "standardESv3Family", 8, 64.0, 131_072),
    VmSize("Standard_F2s_v2", "standardFSv2Family", 2, 4.0, 16_384),
    VmSize("Standard_F4s_v2", "standardFSv2Family", 4, 8.0, 32_768),
    VmSize("Standard_F16s_v2", "standardFSv2Family", 16, 32.0, 131_072),
    VmSize("Standard_NC6", "standardNCFamily", 6, 56.0, 389_120, gpus=1, premium=False, types=_BOTH),
    VmSize("Standard_NC6s_v3", "standardNCSv3Family", 6, 112.0, 753_664, gpus=1),
    VmSize("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4, 28.0, 180_224, gpus=1),
    VmSize("Standard_NC24ads_A100_v4", "standardNCADSA100v4Family", 24, 220.0, 65_536, gpus=1),
    VmSize("Standard_NC40ads_H100_v5", "standardNCADSH100v5Family", 40, 320.0, 131_072, gpus=1),
    VmSize("Standard_NV36ads_A10_v5", "StandardNVADSA10v5Family", 36, 440.0, 737_280, gpus=1),
    VmSize("Standard_ND96amsr_A100_v4", "standard NDAMSv4_A100Family", 96, 1924.0, 2_969_600, gpus=8),
    VmSize("Standard_D16as_v4", "standardDASv4Family", 16, 64.0, 131_072, prices=_prices(1.5, 0.15, 0.77, 0.6)),
)
_BY_NAME = {size.name.lower(): size for size in SIZES}
FAMILIES = tuple(dict.fromkeys(size.family for size in SIZES))
_BY_FAMILY = {_PARTS.sub("", family).lower(): family for family in FAMILIES}


def find_size(name: str) -> VmSize | None:
    """The size of this name, whatever its case, or None."""
    return _BY_NAME.get(name.lower())


def find_family(name: str) -> str | None:
    """A family as the service spells it; case, blanks and underscores do not matter. None for an unknown one."""
    return _BY_FAMILY.get(_PARTS.sub("", name).lower())


async def listing(_call: Call) -> Answer:
    """All sizes on one page."""
    return Answer(200, {"value": [size.view() for size in SIZES]})


ROUTES = {"GET locations/*/vmSizes": listing}
