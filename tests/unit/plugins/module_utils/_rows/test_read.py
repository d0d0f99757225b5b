# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._rows import read
from ansible_collections.mlops.azureml.plugins.module_utils._rows.row_format import RowOptions

COMMAS: dict[str, Any] = {"format": "csv", "header": False}


def rows(text: str, limit: int = 100, warnings: list[str] | None = None, **options: Any) -> list[Any]:
    """The rows that are returned; they are the same when they are streamed."""
    warn = (lambda _message: None) if warnings is None else warnings.append
    found = read.table([text.encode()], RowOptions(**options), limit, warn=warn).rows
    if limit == 100:
        assert list(read.rows([text.encode()], RowOptions(**options))) == found
    return found


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("1 2 3", [1, 2, 3]),
        ("-1 20 0", [-1, 20, 0]),
        ("1 2.5 3", [1, 2.5, 3]),
        ("1e-05 0.5 1e+16", [1e-05, 0.5, 1e16]),
        ("0.50 0.99 1.00", [0.5, 0.99, 1.0]),
        ("0.50 nan", ["0.50", "nan"]),
        ("0.50 nan 0.75", [0.5, None, 0.75]),
        ("True False", [True, False]),
        ("true false", [True, False]),
        ("1 nan", [1, None]),
        ("0.5 null", [0.5, None]),
        ("9007199254740991 -9007199254740991 1", [9007199254740991, -9007199254740991, 1]),
        ("999999999999999 -100000000000000", [999999999999999, -100000000000000]),
        ("-0.00 12345678901.25", [-0.0, 12345678901.25]),
    ],
)
def test_a_column_has_the_narrowest_type_that_all_its_values_have(column: str, values: list[Any]) -> None:
    found = [row[0] for row in rows("\n".join(column.split()))]
    assert found == values
    assert [value.__class__ for value in found] == [value.__class__ for value in values]


@pytest.mark.parametrize(
    "text",
    [
        *("+49", "007", "-0", "1.10", "1e5", "2.", ".5", "1E-05", "1_000", "0x10", "99999999999999999999", "1e999"),
        *(
            "9007199254740993",
            "0.12345678901234567890",
            "inf",
            "nan",
            "TRUE",
            "9" * 5000,
            "\u0661",
            "1.",
            "--1",
            "1.5.2",
        ),
    ],
)
def test_what_would_not_print_back_stays_text(text: str) -> None:
    assert rows(f"{text}\n{text}x\n") == [[text], [f"{text}x"]]
    assert rows(f"{text}\n1\n") == [[None if text == "nan" else text], [1 if text == "nan" else "1"]]


def test_versions_stay_texts() -> None:
    assert rows("1.9\n1.10\n1.1\n") == [["1.9"], ["1.10"], ["1.1"]]


def test_two_spellings_of_true_are_texts() -> None:
    assert rows("True\nfalse\n") == [["True"], ["false"]]


def test_each_column_has_its_own_type() -> None:
    assert rows("a.png,7,0.5\nb.png,,1\n") == [["a.png", 7, 0.5], ["b.png", None, 1]]


def test_types_are_those_of_the_rows_that_are_returned() -> None:
    assert rows("1\n2\nx\n", limit=2) == [[1], [2]]
    assert rows("1,a\n2,b\nx,c\n", limit=2, columns=["n", "t"], types={"n": "int"})[1] == {"n": 2, "t": "b"}


def test_streamed_values_of_another_type_stay_texts() -> None:
    text = "a,1\n" * 1000 + "b,x\nc,+2\nd,3\ne,\n"
    assert list(read.rows([text.encode()], RowOptions()))[1000:] == [["b", "x"], ["c", "+2"], ["d", 3], ["e", None]]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("float", "1e999", None),
        ("float", "-inf", None),
        ("str", "7", "7"),
        ("float", "7", 7.0),
        ("int", "007", 7),
        ("int", "", None),
        ("bool", "TRUE", True),
        ("str", "nan", "nan"),
    ],
)
def test_the_task_decides_the_type_of_a_column(kind: str, text: str, value: Any) -> None:
    [[found, *_rest]] = [list(row.values()) for row in rows(f"{text},x", columns=["a", "b"], types={"a": kind})]
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("x\n", {"columns": ["a"], "types": {"a": "int"}}, "the value 'x' of column 'a' is no int"),
        ("x\n", {"columns": ["a"], "types": {"a": "bool"}}, "is no bool"),
        ("x\n", {"columns": ["a"], "types": {"b": "int"}}, "no column 'b'"),
        ("x\n", {"types": {"b": "int"}}, "no column 'b'"),
        ("x,y\n", {"columns": ["a"]}, "1 are named"),
        ("{broken\n", {"format": "json_lines"}, "the file is not json_lines at line 1"),
        ('{"a": 1, "a": 2}\n', {"format": "json_lines"}, "two values of one name"),
        ("x\n", {"format": "literal"}, "the file is not literal at line 1"),
        ("a\n" + "x" * (2 << 20) + "x\n", {**COMMAS, "quote": "minimal"}, "at line 2"),
        ('a,"x"y\n', {**COMMAS, "quote": "minimal"}, "at line 1 .*Set quote=none"),
        ('a\n\nb,"x\n', {**COMMAS, "quote": "minimal"}, "at line 3 .*Set quote=none"),
        ("x,x\n1,2\n", {"header": True}, "two columns 'x'"),
        ("9" * 5000, {"columns": ["a"], "types": {"a": "int"}}, r"the value '9{199}\.\.\. of column 'a' is no int"),
        ("1\n" + "[" * 100_000 + "]" * 100_000, {"format": "json_lines"}, "line 2 .*more than 100 levels"),
        ("[" * 101 + "]" * 101, {"format": "json_lines"}, "line 1 .*more than 100 levels"),
        ("[" * 102 + "]" * 102, {"format": "literal"}, "line 1"),
        ("1\n", {"format": "json_lines", "types": {"a": "int"}, "columns": ["a"]}, "types: does not apply"),
        ("1\n", {"format": "json_lines", "header": True}, "header: does not apply"),
        ("1\n", {"format": "json_lines", "separator": ";"}, "separator: does not apply"),
        ("1\n", {"format": "literal", "infer": False}, "infer_types: does not apply"),
        ("1\n", {"format": "lines", "quote": "none"}, "quote: does not apply"),
        ("1\n", {"format": "parquet", "separator": ","}, "separator: does not apply"),
        ("[1]\n", {"infer": False}, "infer_types: does not apply to a json_lines file"),
    ],
)
def test_what_does_not_fit_is_named(text: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        rows(text, **options)


def test_a_header_names_the_columns() -> None:
    assert rows("file,digit\na,1\nb,2\n", limit=1, header=True) == [{"file": "a", "digit": 1}]
    assert rows("", header=True) == []
    assert rows("\n\nfile,digit\n\na,1\n", header=True) == [{"file": "a", "digit": 1}]


@pytest.mark.parametrize("quote", ["minimal", "none"])
def test_blank_lines_between_delimited_rows_are_no_rows_with_a_warning(quote: str) -> None:
    warnings: list[str] = []
    assert rows("a,1\n\nb,2\n\n", warnings=warnings, quote=quote) == [["a", 1], ["b", 2]]
    assert [warning.split(",")[0] for warning in warnings] == ["rows: line 2 is blank"]


def test_blank_lines_are_empty_texts_among_texts() -> None:
    assert rows("x\n\ny\n") == [["x"], [""], ["y"]]


def test_types_are_ignored_for_an_empty_file() -> None:
    assert rows("\n", header=True, types={"digit": "int"}) == []


def test_long_values() -> None:
    text = "x" * (2 << 20)
    before = csv.field_size_limit()
    assert rows(f"a,{text}\n", **COMMAS) == [["a", text]]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(("digits", "found"), [(4300, int("9" * 4300)), (4301, None)])
def test_a_number_of_json_has_at_most_4300_digits(digits: int, found: Any) -> None:
    assert rows(f"[{'9' * digits}]", format="json_lines") == [[found]]


def test_values_may_be_nested_100_levels_deep() -> None:
    deep = "[" * 100 + "]" * 100
    [row] = rows(deep, format="json_lines")
    assert json.dumps(row) == deep


@pytest.mark.parametrize(("length", "shown"), [(198, "'{}'"), (199, "'{}...")])
def test_a_message_shows_200_characters_of_a_value(length: int, shown: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        rows("x" * length, columns=["a"], types={"a": "int"})
    assert f"the value {shown.format('x' * length)} of column" in str(caught.value)


def test_json_has_no_infinite_numbers() -> None:
    text = f"[1e999, -Infinity, {'9' * 5000}, 1.5, 7]"
    assert rows(text, format="json_lines") == [[None, None, None, 1.5, 7]]


def test_json_lines_are_typed_already() -> None:
    text = '{"a": 1, "b": [true]}\n\n[2, null]\n3\nNaN\n'
    assert rows(text, format="json_lines") == [{"a": 1, "b": [True]}, [2, None], [3], [None]]
    assert rows('{"a": 1, "b": 2}\n', columns=["b", "c"]) == [{"b": 2, "c": None}]


def test_quoted_values_may_hold_separators_and_line_ends() -> None:
    assert rows('"a,b","line 1\nline 2"\nc,d\n') == [["a,b", "line 1\nline 2"], ["c", "d"]]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("a\t1\n", {"format": "tsv"}),
        ("a 1\n", {"separator": " "}),
        ("a, 1\n", {"separator": ", "}),
        ("a::1\n".replace("::", ";"), {}),
        ("a|1\n", {}),
        ("a\t1\r\n", {}),
    ],
)
def test_separators(text: str, options: dict[str, Any]) -> None:
    assert rows(text, **options) == [["a", 1]]


def test_rows_of_other_lengths_are_warned_of() -> None:
    warnings: list[str] = []
    assert rows("a,1\nb,2,3\nc\n", warnings=warnings, **COMMAS) == [["a", 1], ["b", 2, 3], ["c"]]
    [warning] = warnings
    assert "row 2 has 3 values, and the rows before it 2: ['b', '2', '3']" in warning


def test_no_more_is_read_than_the_beginning_and_the_rows() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"1\n" * 1000
        yield b"2\n" * 1000
        pytest.fail("read too far")

    assert read.table(chunks(), RowOptions(), 1999).is_cut
    assert read.table(chunks(), RowOptions(), 1).rows == [[1]]


@pytest.mark.parametrize(("limit", "is_warned"), [(None, True), (1000, False)])
def test_a_limit_that_nobody_set_is_warned_of(limit: int | None, is_warned: bool) -> None:
    warnings: list[str] = []
    table = read.table([b"1\n" * 1500], RowOptions(), limit, expected=1500, warn=warnings.append)
    assert (len(table.rows), table.is_cut) == (1000, True)
    assert ["only the first 1000 of about 1500 rows" in warning for warning in warnings] == [True] * is_warned


@pytest.mark.parametrize(("expected", "reason"), [(2, None), (1, "values with line ends"), (3, "returned nothing")])
def test_more_or_fewer_rows_than_items_are_warned_of(expected: int, reason: str | None) -> None:
    warnings: list[str] = []
    read.table([b"x\ny\n"], RowOptions(), None, expected=expected, warn=warnings.append)
    assert [str(reason) in warning for warning in warnings] == [True] * (reason is not None)


@pytest.mark.parametrize("pieces", [1, 7, 1 << 20])
def test_compressed_files_are_decompressed(pieces: int) -> None:
    packed = gzip.compress(b"a,1\n" * 3) + gzip.compress(b"b,2\n")
    chunks = [packed[at : at + pieces] for at in range(0, len(packed), pieces)]
    assert list(read.rows(chunks, RowOptions(), name="p.csv.gz")) == [["a", 1]] * 3 + [["b", 2]]


@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: packed[:12] + b"\xff" * 9])
def test_damaged_compressed_files(damage: Any) -> None:
    with pytest.raises(InvalidOption, match="is damaged"):
        list(read.rows([damage(gzip.compress(b"a,1\n" * 3))], RowOptions()))


def test_parquet_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidOption, match="is parquet: download it, or install pyarrow"):
        list(read.rows([b"PAR1", b"..."], RowOptions()))
