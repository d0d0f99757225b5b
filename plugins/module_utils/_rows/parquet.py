# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rows of a parquet file, where pyarrow is installed."""

from __future__ import annotations

import datetime
import decimal
import math
import tempfile
import typing as t
from collections.abc import Iterable, Iterator

from .._errors import InvalidOption
from .row_format import Value

MAGIC = b"PAR1"
_ROWS = 1000


def rows(chunks: Iterable[bytes], name: str) -> Iterator[dict[str, Value]]:
    """Rows as dicts. The file is copied to disk first: its index is at its end.

    Raises InvalidOption without pyarrow, and for values that JSON cannot express.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InvalidOption(f"rows: {name} is parquet: download it, or install pyarrow.") from None
    with tempfile.TemporaryFile() as copy:
        for chunk in chunks:
            copy.write(chunk)
        copy.seek(0)
        try:
            for batch in parquet.ParquetFile(copy).iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    yield {column: _plain(value, column) for column, value in row.items()}
        except ArrowException as error:
            raise InvalidOption(f"rows: {name} is no parquet file ({error}). Correct format or file.") from None


def _plain(value: t.Any, column: str) -> Value:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, list):
        return [_plain(item, column) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, column) for key, item in value.items()}
    raise InvalidOption(f"rows: column {column!r} has values of type {type(value).__name__}. Download the file.")
