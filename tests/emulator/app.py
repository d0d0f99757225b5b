"""One emulator: its workspaces, and one application per service surface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import blob_front, control, fault_layer, metadata, registry_assets, run_history, scoring
from .arm.router import management
from .azurite import Azurite
from .clock import Clock
from .date_header import dated
from .entra import Entra
from .errors import Refused, answer_refusal
from .faults import Faults
from .journal import Journal
from .registries import Registries
from .settings import Settings
from .storage import Storage
from .workspaces import Workspaces

_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


class Emulator:
    """All parts of one instance, wired together; `surfaces` maps a surface's name to its application."""

    def __init__(self, settings: Settings, *beside: Settings, storage: Any = None) -> None:
        """`beside` are further workspaces; `storage` replaces the storage accounts in tests of the control plane.

        Raises ValueError when two workspaces have the same name.
        """
        clock = Clock()
        self._azurite = Azurite(settings.state_dir / "azurite.log")
        registries = Registries(settings, clock, storage or Storage(settings, clock, self._azurite))
        self.workspaces = Workspaces(clock, Entra(settings, clock), registries)
        for one in (settings, *beside):
            self.workspaces.add(one, storage or Storage(one, clock, self._azurite))
        self.state = self.workspaces.first
        """The first workspace."""
        self.journal = Journal(clock)
        self.faults = Faults()
        arm = [*control.routes(self.workspaces, self.journal, self.faults), *metadata.routes(settings)]
        arm.append(Route("/{path:path}", management(self.workspaces), methods=_METHODS))
        applications: dict[str, ASGIApp] = {
            "management": self._application(arm),
            "login": self._application(self.state.entra.routes()),
            "scoring": self._application(scoring.routes(self.workspaces)),
            "api": self._application([*registry_assets.routes(self.workspaces), *run_history.routes(self.workspaces)]),
            "blob": blob_front.front(self.workspaces, self._azurite),
        }
        self.surfaces: dict[str, ASGIApp] = {
            name: dated(self.journal.around(fault_layer.around(app, name, self.faults, clock)), clock)
            for name, app in applications.items()
        }

    async def start(self) -> None:
        """Start what runs beside the applications."""
        await self._azurite.start()
        for state in self.workspaces:
            await state.storage.start()
        await self.workspaces.registries.storage.start()

    async def stop(self) -> None:
        """Stop running jobs and the storage accounts."""
        for state in self.workspaces:
            await state.jobs.stop()
            await state.storage.stop()
        await self.workspaces.registries.storage.stop()
        await self._azurite.stop()

    def _application(self, routes: Iterable[BaseRoute]) -> ASGIApp:
        return self._settled(Starlette(routes=list(routes), exception_handlers={Refused: answer_refusal}))

    def _settled(self, app: ASGIApp) -> ASGIApp:
        """`app`, before whose every request the operations that are due take effect."""

        async def settled(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.workspaces.settle()
                await self.workspaces.collect()
            await app(scope, receive, send)

        return settled
