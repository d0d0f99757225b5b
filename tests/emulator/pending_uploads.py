"""Containers of pending uploads that no code version refers to; whether the service deletes them is open. (A11)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import State


class PendingUploads:
    """Deletes such containers after the switch `abandoned_upload_lifetime`; by default never."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._due: dict[str, datetime] = {}

    def note(self, container: str) -> None:
        """A container has been handed out."""
        seconds = self._state.policies.seconds("abandoned_upload_lifetime")
        if seconds:
            self._due[container] = self._state.clock.now() + timedelta(seconds=seconds)

    async def collect(self) -> None:
        """Remove what is due and abandoned; called before each request is handled."""
        now = self._state.clock.now()
        for container in [name for name, due in self._due.items() if due <= now]:
            del self._due[container]
            if not self._is_named(container):
                await self._state.storage.delete_container(container)

    def clear(self) -> None:
        """Forget all of them."""
        self._due.clear()

    def _is_named(self, container: str) -> bool:
        return any(f"/{container}/" in f"{item.properties.get('codeUri')}/" for item in self._state.resources)
