# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rows by key in bounded memory: beyond a few megabytes they are in a temporary file that has no name.

Rows are divided by the hash of their key, so that equal keys of several spools are in the same part, and each part fits
into memory.
"""

from __future__ import annotations

import contextlib
import marshal
import tempfile
import typing as t
from collections.abc import Iterator, Sequence

from .._errors import AzureMLError
from .values import Row

# Bytes of serialized rows that a spool keeps before it writes them to its file, and that a part of all spools together
# may have. In memory they take up to five times as much.
MOST_PENDING = 2 << 20
MOST_IN_PART = 4 << 20
PARTS = 128
# How often a part that is too large is divided again. Rows of one key cannot be divided.
_DEEPEST = 3
# Without references between values, so that equal rows are serialized alike.
_FORMAT = 2
_loads = marshal.loads  # of our own bytes, from memory or a file without a name


# A row of a spool: its key, its number from 1, and the row itself, serialized.
Record = tuple[str, int, bytes]


def serialize(row: Row) -> bytes:
    """A row as bytes. Equal bytes are equal rows; different ones may be equal nevertheless."""
    return marshal.dumps(row, _FORMAT)


def deserialize(data: bytes) -> Row:
    """The row that ``serialize`` made these bytes of."""
    return t.cast("Row", _loads(data))


class Spool:
    """The rows of one source by their keys. Close it, or use it in ``with``."""

    def __init__(self, level: int = 0) -> None:
        """``level`` is how often the rows have been divided."""
        self.level = level
        self._shift = level * PARTS.bit_length()  # other bits of the hash each time
        self.sizes = [0] * PARTS
        self._pending: list[list[bytes]] = [[] for _part in range(PARTS)]
        self._pending_size = 0
        self._blocks: list[list[tuple[int, int]]] = [[] for _part in range(PARTS)]
        self._file: t.IO[bytes] | None = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, key: str, number: int, data: bytes) -> None:
        """Add a row (see ``Record``). Raises AzureMLError when the temporary file cannot be written."""
        record = marshal.dumps((key, number, data), _FORMAT)
        part = (hash(key) >> self._shift) % PARTS
        self._pending[part].append(record)
        self.sizes[part] += len(record)
        self._pending_size += len(record)
        if self._pending_size > MOST_PENDING:
            self._write()

    def part(self, number: int) -> Iterator[Record]:
        """The rows of one part in the order in which they were added. Raises AzureMLError."""
        if self._file is not None:
            for offset, length in self._blocks[number]:
                yield from map(_loads, _loads(_read(self._file, offset, length)))
        yield from map(_loads, self._pending[number])

    def divided(self, number: int) -> Spool:
        """The rows of one part, divided again."""
        finer = Spool(self.level + 1)
        for record in self.part(number):
            finer.add(*record)
        return finer

    def _write(self) -> None:
        """Move what is in memory to the file, which only this process can read."""
        with _explained():
            if self._file is None:
                # Mode 0600, and without a name from the start.
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
            at = self._file.seek(0, 2)
            for blocks, pending in zip(self._blocks, self._pending):
                if pending:
                    length = self._file.write(marshal.dumps(pending, _FORMAT))
                    blocks.append((at, length))
                    at += length
                    pending.clear()
        self._pending_size = 0


def partitions(spools: Sequence[Spool]) -> Iterator[list[Iterator[Record]]]:
    """The rows of all spools, a part at a time: each key is in one part, with all its rows.

    The rows of a part are iterated before the next one is asked for. Raises AzureMLError as the spools do.
    """
    for number in range(PARTS):
        is_large = sum(spool.sizes[number] for spool in spools) > MOST_IN_PART
        if not is_large or spools[0].level == _DEEPEST:
            yield [spool.part(number) for spool in spools]
            continue
        with contextlib.ExitStack() as stack:
            yield from partitions([stack.enter_context(spool.divided(number)) for spool in spools])


def _read(file: t.IO[bytes], offset: int, length: int) -> bytes:
    with _explained():
        file.seek(offset)
        return file.read(length)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AzureMLError(
            f"Could not keep rows in a temporary file below {tempfile.gettempdir()}: {error.strerror}. "
            "Free some space, or set TMPDIR to a folder that has more."
        ) from None
