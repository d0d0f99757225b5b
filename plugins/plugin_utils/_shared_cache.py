# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A cache in memory that all processes of one playbook share, and nobody else: tokens are in no file.

The main process makes it before it forks. What a killed process left incomplete is recognized, and counts as absent;
the locks of a process end with it, because the kernel keeps them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import mmap
import os
import struct
import tempfile
import typing as t
from collections.abc import Iterator

from ansible_collections.mlops.azureml.plugins.module_utils._clock import Clock

# A token has up to some 8 KB. Memory that was never written costs nothing.
SLOTS, SLOT_SIZE = 2048, 16 << 10
# How many slots a key may have, so that keys whose first slot is the same keep each its value.
WAYS = 8
LIFETIME = 24 * 3600.0
# Longer than a token takes whose authority answers slowly; then the holder of a lock hangs, and is not waited for.
LONGEST_WAIT = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05

DIGEST = hashlib.sha256().digest_size
# Digest of the key, digest of the text, time when it expires, length of the text.
HEADER = struct.Struct(f"={DIGEST}s{DIGEST}sdI")


class SharedCache:
    """JSON values by key, for this process and all that are forked from it later. Raises OSError if there is no memory.

    Implements ``Cache``. A value that does not fit into a slot is not kept.
    """

    on_disk = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._memory = mmap.mmap(-1, SLOTS * SLOT_SIZE)
        # Nothing is ever written to it. Locks of a range of bytes belong to a process, and forked ones inherit none.
        self._locks = _nameless_file()

    def read(self, key: list[str]) -> tuple[t.Any, float] | None:
        """The value of a key and the time when it expires; None if there is no valid one."""
        digest = _digest(key)
        for offset in _offsets(digest):
            owner, check, expires, length = HEADER.unpack_from(self._memory, offset)
            if owner == digest and length <= SLOT_SIZE - HEADER.size and self._clock.now() < expires:
                text = self._memory[offset + HEADER.size : offset + HEADER.size + length]
                if _checksum(digest, text, expires) == check:
                    return json.loads(text), expires
        return None

    def write(self, key: list[str], value: t.Any, expires: float | None = None) -> None:
        """Store a value until ``expires``, by default for a day.

        A full cache loses the value that expires first; a value that is too long is not stored.
        """
        expires = self._clock.now() + LIFETIME if expires is None else expires
        digest, text = _digest(key), json.dumps(value).encode()
        if len(text) > SLOT_SIZE - HEADER.size:
            return
        offset = self._slot_for(digest)
        header = HEADER.pack(digest, _checksum(digest, text, expires), expires, len(text))
        self._memory[offset : offset + HEADER.size + len(text)] = header + text

    def drop(self, key: list[str]) -> None:
        """Delete the value of a key."""
        digest = _digest(key)
        for offset in _offsets(digest):
            if HEADER.unpack_from(self._memory, offset)[0] == digest:
                self._memory[offset : offset + HEADER.size] = bytes(HEADER.size)

    @contextlib.contextmanager
    def lock(self, key: list[str]) -> Iterator[None]:
        """Hold while a missing value is made: other processes wait for it, until it is there or its maker failed."""
        byte = int.from_bytes(_digest(key)[:6], "big")
        failure = ["failed", *key]
        held = self._acquire(byte, failure)
        try:
            yield
        except BaseException:  # an interrupt, too: others need not wait for this one
            self.write(failure, self._clock.now())
            raise
        finally:
            if held:
                fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, byte)

    def _acquire(self, byte: int, failure: list[str]) -> bool:
        """Wait for a lock. False without it: its holder hangs, or failed, which would be repeated one by one."""
        began, pause = self._clock.now(), FIRST_PAUSE
        while not self._try(byte):
            failed = self.read(failure)
            if self._clock.now() - began > LONGEST_WAIT or (failed is not None and failed[0] >= began):
                return False
            self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return True

    def _try(self, byte: int) -> bool:
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError:
            return False
        return True

    def _slot_for(self, digest: bytes) -> int:
        """Where a value is written: the key's own slot, else that of its slots whose value expires first."""
        headers = {offset: HEADER.unpack_from(self._memory, offset) for offset in _offsets(digest)}
        own = [offset for offset, header in headers.items() if header[0] == digest]
        return own[0] if own else min(headers, key=lambda offset: headers[offset][2])


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("mlops.azureml")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _digest(key: list[str]) -> bytes:
    return hashlib.sha256(json.dumps(key).encode()).digest()


def _checksum(digest: bytes, text: bytes, expires: float) -> bytes:
    return hashlib.sha256(digest + text + struct.pack("=d", expires)).digest()


def _offsets(digest: bytes) -> Iterator[int]:
    first = int.from_bytes(digest[-4:], "big")
    return ((first + way) % SLOTS * SLOT_SIZE for way in range(WAYS))
