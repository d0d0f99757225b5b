"""What the scoring processes print, shown as it comes."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TextIO

_SECONDS = 0.05
_STREAMS = ("logs/user/stdout", "logs/user/stderr")


class LiveOutput:
    """Copies what is added to the log files of a run to a stream."""

    def __init__(self, logs: Path, stream: TextIO) -> None:
        """`logs` is the folder of the run's logs while it runs."""
        self._logs = logs
        self._stream = stream
        self._shown: dict[str, int] = {}
        """By the name of a log file, how many of its bytes were shown."""
        self._decoders: defaultdict[str, codecs.IncrementalDecoder] = defaultdict(
            lambda: codecs.getincrementaldecoder("utf-8")("replace")
        )

    @contextlib.asynccontextmanager
    async def shown(self, stored: Path) -> AsyncIterator[None]:
        """Show the logs during the block; at its end the rest, which the run has moved to the folder `stored`."""
        copying = asyncio.create_task(self._copy())
        try:
            yield
        finally:
            copying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await copying
            self._copy_new(stored)

    async def _copy(self) -> None:
        while True:
            with contextlib.suppress(FileNotFoundError):  # the run ends, and its folder goes
                self._copy_new(self._logs)
            await asyncio.sleep(_SECONDS)

    def _copy_new(self, folder: Path) -> None:
        for name in _STREAMS:
            for file in sorted((folder / name).rglob("*.txt")):
                key = file.relative_to(folder).as_posix()
                with file.open("rb") as log:
                    log.seek(self._shown.get(key, 0))
                    added = log.read()
                self._shown[key] = self._shown.get(key, 0) + len(added)
                self._stream.write(self._decoders[key].decode(added))
        self._stream.flush()
