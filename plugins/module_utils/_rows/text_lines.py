# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Bytes as lines of text: decompressed, decoded, and read no further than they are consumed."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator

from .._errors import InvalidOption
from .row_format import Warn

_LONGEST_LINE = 8 << 20
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
# How much is decompressed at once: a few bytes may become gigabytes.
_CHUNK = 1 << 20
WINDOWS_END = "\r\n"
# What a decoder writes for bytes that are no text.
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def begins(chunks: Iterable[bytes], length: int) -> tuple[bytes, Iterator[bytes]]:
    """At least the first ``length`` bytes, and all chunks again."""
    rest = iter(chunks)
    begin = b""
    while len(begin) < length and (chunk := next(rest, None)) is not None:
        begin += chunk
    return begin, _again(begin, rest)


def decompressed(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The same bytes, decompressed if they are gzip's. Raises InvalidOption for a damaged file."""
    begin, chunks = begins(chunks, len(_GZIP))
    return _gunzip(chunks, name) if begin.startswith(_GZIP) else chunks


def text_lines(chunks: Iterable[bytes], name: str, warn: Warn) -> Iterator[str]:
    """The lines of a UTF-8 file with their ends. Only a line feed ends a line.

    Warns of the first line that lost bytes when it was decoded. Raises InvalidOption for a line that is too long.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    rest, number, is_warned = "", 0, False
    for text in _texts(chunks, decoder):
        lines = (rest + text).split("\n")
        rest = lines.pop()
        if len(rest) > _LONGEST_LINE:
            raise InvalidOption(f"rows: {name} has a line of more than {_LONGEST_LINE} characters. Download the file.")
        if not is_warned and _REPLACEMENT in text:
            is_warned = _warn_if_damaged([*lines, rest], number, name, warn)
        number += len(lines)
        for line in lines:
            yield f"{line}\n"
    if rest:
        yield rest


def without_end(line: str, end: str) -> str:
    """A line without its line feed, and without the carriage return before it if the file ends its lines so."""
    return line.removesuffix(end) if end == WINDOWS_END and line.endswith(end) else line.removesuffix("\n")


def _again(begin: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if begin:
        yield begin
    yield from rest


def _texts(chunks: Iterable[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _warn_if_damaged(lines: list[str], before: int, name: str, warn: Warn) -> bool:
    found = next((number for number, line in enumerate(lines, before + 1) if _REPLACEMENT in line), None)
    if found is not None:
        warn(
            f"rows: line {found} of {name} has replacement characters: it is not UTF-8, or its text was damaged "
            "before it was written. Have the scoring script write UTF-8, or download the file."
        )
    return found is not None


def _gunzip(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """A file may have several members, one after the other."""
    engine = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if engine.eof:
                    engine = zlib.decompressobj(_GZIP_WINDOW)
                yield engine.decompress(data, _CHUNK)
                data = engine.unused_data if engine.eof else engine.unconsumed_tail
    except zlib.error as error:
        raise InvalidOption(
            f"rows: {name} is damaged: it cannot be decompressed ({error}). Download the file."
        ) from None
    if not engine.eof:
        raise InvalidOption(f"rows: {name} is damaged: its compressed content is cut. Download it.")
