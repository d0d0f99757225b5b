"""Api-versions that the resource provider is registered for, and their order."""

from __future__ import annotations

from dataclasses import dataclass

STABLE = (
    "2021-10-01",
    "2022-05-01",
    "2022-10-01",
    "2023-04-01",
    "2023-10-01",
    "2024-04-01",
    "2024-10-01",
    "2025-04-01",
    "2025-06-01",
    "2025-09-01",
    "2025-12-01",
    "2026-03-01",
    "2026-05-01",
    "2026-07-01",
    "2026-09-01",
)
PREVIEW = (
    "2022-01-01-preview",
    "2022-02-01-preview",
    "2022-10-01-preview",
    "2022-12-01-preview",
    "2023-02-01-preview",
    "2023-04-01-preview",
    "2023-06-01-preview",
    "2023-08-01-preview",
    "2024-01-01-preview",
    "2024-04-01-preview",
    "2024-07-01-preview",
    "2024-10-01-preview",
    "2025-01-01-preview",
    "2025-10-01-preview",
    "2026-01-15-preview",
    "2026-03-15-preview",
    "2026-05-15-preview",
    "2026-07-15-preview",
)
SUPPORTED = frozenset(STABLE + PREVIEW)


@dataclass(frozen=True)
class Span:
    """The api-versions that know a field: stable ones from a date, previews from another (by default the same)."""

    stable: str | None = "2021-10-01"
    preview: str | None = None
    last: str = "9999"

    def covers(self, version: str) -> bool:
        """Whether an api-version (a supported one) lies in the span."""
        date = version[:10]
        first = (self.preview or self.stable) if version.endswith("-preview") else self.stable
        return first is not None and first[:10] <= date <= self.last


ALWAYS = Span()
FIRST = Span("2021-10-01", "2021-10-01", "2021-10-01")
"""Known to the first version only."""

_COLLECTIONS = {"data": Span("2022-05-01", "2022-02-01-preview"), "datasets": FIRST}
_ACTIONS = {"publish": Span("2025-12-01"), "startPendingUpload": Span("2023-04-01")}


def registered(collection: str) -> list[str]:
    """The api-versions that know a collection of the workspace. Service fact: asset contract 1.3."""
    span = _COLLECTIONS.get(collection, ALWAYS)
    return sorted(version for version in SUPPORTED if span.covers(version))


def offers(action: str, version: str) -> bool:
    """Whether an api-version knows an action, the last segment of a POST. Service fact: asset contract 1.3."""
    return _ACTIONS.get(action, ALWAYS).covers(version)
