"""The one clock of the emulator: virtual time, so that a test may let three hours pass at once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from datetime import datetime, timedelta, timezone


class Clock:
    """Wall-clock time plus whatever `advance` added to it."""

    def __init__(self) -> None:
        self.moves_clients = False
        """Whether clients go by virtual time, as tasks in the process of a test do; others go by the wall."""
        self._ahead = timedelta()
        self._skew = timedelta()
        self._sleepers: set[asyncio.Event] = set()

    def now(self) -> datetime:
        """The virtual time, aware, in UTC."""
        return datetime.now(timezone.utc) + self._ahead

    def date(self) -> datetime:
        """The time in the headers of answers: that of clients, unless they are to find their clock wrong."""
        return (self.now() if self.moves_clients else datetime.now(timezone.utc)) + self._skew

    def skew(self, seconds: float) -> None:
        """Let `date` differ from the time of clients by `seconds`; negative ones are behind it."""
        self._skew = timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass; time never runs back."""
        if seconds < 0:
            raise ValueError("time cannot run back")
        self._ahead += timedelta(seconds=seconds)
        for sleeper in self._sleepers:
            sleeper.set()

    async def sleep_until(self, moment: datetime) -> None:
        """Return once the virtual time is `moment` or later."""
        woken = asyncio.Event()
        self._sleepers.add(woken)
        try:
            while (left := (moment - self.now()).total_seconds()) > 0:
                woken.clear()
                with contextlib.suppress(asyncio.TimeoutError):  # then the time has come by itself
                    await asyncio.wait_for(woken.wait(), left)
        finally:
            self._sleepers.discard(woken)


@functools.lru_cache(maxsize=20_000)
def timestamp(moment: datetime) -> str:
    """Spell a moment as the service does. Service fact: batch contract 1 (`+00:00`, trailing zeros cut)."""
    fraction = f"{moment.microsecond:06d}1".rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}+00:00"
