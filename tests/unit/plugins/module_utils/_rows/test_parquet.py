# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import decimal
import io
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._rows import read
from ansible_collections.mlops.azureml.plugins.module_utils._rows.row_format import RowOptions

# An option of the module, and no package that the collection requires.
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def rows(table: dict[str, list[Any]], **options: Any) -> list[Any]:
    stream = io.BytesIO()
    parquet.write_table(pyarrow.table(table), stream)
    content = stream.getvalue()
    chunks = [content[at : at + 100] for at in range(0, len(content), 100)]
    found = read.table(chunks, RowOptions(**options), None, name="p.parquet")
    assert found.format.format == "parquet"
    return found.rows


def test_rows_are_dicts_of_typed_values() -> None:
    when = datetime.datetime(2026, 1, 31, 6, 0, 1)
    found = rows(
        {
            "file": ["a.png", None],
            "digit": [7, 1],
            "p": [0.5, float("nan")],
            "scores": [[0.5, 0.25], []],
            "ok": [True, False],
            "at": [when, None],
            "day": [when.date(), None],
            "price": [decimal.Decimal("1.10"), None],
            "about": [{"k": 1}, None],
        }
    )
    assert found == [
        {
            "file": "a.png",
            "digit": 7,
            "p": 0.5,
            "scores": [0.5, 0.25],
            "ok": True,
            "at": "2026-01-31T06:00:01",
            "day": "2026-01-31",
            "price": "1.10",
            "about": {"k": 1},
        },
        {
            "file": None,
            "digit": 1,
            "p": None,
            "scores": [],
            "ok": False,
            "at": None,
            "day": None,
            "price": None,
            "about": None,
        },
    ]


def test_columns_select_values() -> None:
    assert rows({"a": [1], "b": [2]}, columns=["b"]) == [{"b": 2}]


def test_bytes_are_refused() -> None:
    with pytest.raises(InvalidOption, match="column 'image' has values of type bytes"):
        rows({"image": [b"x"]})


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(InvalidOption, match=r"p\.parquet is no parquet file"):
        read.table([b"PAR1", b"x" * 50, b"PAR1"], RowOptions(), None, name="p.parquet")
    with pytest.raises(InvalidOption, match="no parquet file"):
        read.table([b"a,1"], RowOptions(format="parquet"), None)
