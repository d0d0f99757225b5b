"""One emulated workspace: its state, and one application per service surface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import blob_front, control, fault_layer, metadata, run_history, scoring
from .arm.datastores import create_system_datastores
from .arm.operations import Operations
from .arm.router import management
from .clock import Clock
from .entra import Entra
from .errors import Refused, answer_refusal
from .faults import Faults
from .jobs import JobStore
from .journal import Journal
from .pending_uploads import PendingUploads
from .settings import Settings
from .state import State
from .storage import Storage

_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


class Emulator:
    """All parts of one instance, wired together; `surfaces` maps a surface's name to its application."""

    def __init__(self, settings: Settings, *, storage: Any = None) -> None:
        """`storage` stands in for the real storage account in tests of the control plane."""
        self.state = State(settings, Clock())
        self.state.storage = storage or Storage(settings, self.state.clock)
        self.state.operations = Operations(self.state)
        self.state.entra = Entra(settings, self.state.clock)
        self.state.jobs = JobStore(self.state)
        self.state.uploads = PendingUploads(self.state)
        self.journal = Journal(self.state.clock)
        self.faults = Faults()
        create_system_datastores(self.state)
        arm = [*control.routes(self.state, self.journal, self.faults), *metadata.routes(settings)]
        arm.append(Route("/{path:path}", management(self.state), methods=_METHODS))
        applications: dict[str, ASGIApp] = {
            "management": self._application(arm),
            "login": self._application(self.state.entra.routes()),
            "scoring": self._application(scoring.routes(self.state)),
            "api": self._application(run_history.routes(self.state)),
            "blob": blob_front.front(self.state),
        }
        self.surfaces: dict[str, ASGIApp] = {
            name: self.journal.around(fault_layer.around(app, name, self.faults)) for name, app in applications.items()
        }

    async def start(self) -> None:
        """Start what runs beside the applications."""
        await self.state.storage.start()

    async def stop(self) -> None:
        """Stop running jobs and the storage account."""
        await self.state.jobs.stop()
        await self.state.storage.stop()

    def _application(self, routes: Iterable[BaseRoute]) -> ASGIApp:
        return self._settled(Starlette(routes=list(routes), exception_handlers={Refused: answer_refusal}))

    def _settled(self, app: ASGIApp) -> ASGIApp:
        """`app`, before whose every request the operations that are due take effect."""

        async def settled(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.state.settle()
                await self.state.uploads.collect()
            await app(scope, receive, send)

        return settled
