# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.rows import (
    JSON_LINES,
    TSV,
    Shape,
    format_of,
    read_rows,
)
from hypothesis import given
from hypothesis import strategies as st


def rows(text: str, limit: int = 100, **shape: Any) -> list[Any]:
    return read_rows(text.splitlines(keepends=True), Shape(**shape), limit)[0]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("1 2 3", [1, 2, 3]),
        ("-1 +2 0", [-1, 2, 0]),
        ("1 2.5 3", [1.0, 2.5, 3.0]),
        ("1e-3 .5 2.", [0.001, 0.5, 2.0]),
        ("True false", [True, False]),
        ("007 1", ["007", "1"]),
        ("1 a", ["1", "a"]),
        ("1 nan", [1, None]),
        ("0.5 null", [0.5, None]),
        ("nan nan", ["nan", "nan"]),
        ("inf 1", ["inf", "1"]),
        ("1e999 1", ["1e999", "1"]),
        ("1_000 2", ["1_000", "2"]),
        ("0x10 1", ["0x10", "1"]),
        ("99999999999999999999 1", [99999999999999999999, 1]),
    ],
)
def test_a_column_has_the_narrowest_type_that_all_its_values_have(column: str, values: list[Any]) -> None:
    found = [row[0] for row in rows("\n".join(column.split()))]
    assert found == values
    assert [value.__class__ for value in found] == [value.__class__ for value in values]


def test_each_column_has_its_own_type() -> None:
    assert rows("a.png,7,0.5\nb.png,,1\n") == [["a.png", 7, 0.5], ["b.png", None, 1.0]]


def test_types_are_those_of_the_rows_that_are_returned() -> None:
    assert rows("1\n2\nx\n", limit=2) == [[1], [2]]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("float", "1e999", None),
        ("float", "-inf", None),
        ("str", "7", "7"),
        ("float", "7", 7.0),
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
    ("text", "shape", "message"),
    [
        ("x\n", {"columns": ["a"], "types": {"a": "int"}}, "the value 'x' of column 'a' is no int"),
        ("x\n", {"columns": ["a"], "types": {"a": "bool"}}, "is no bool"),
        ("x\n", {"columns": ["a"], "types": {"b": "int"}}, "no column 'b'"),
        ("x\n", {"types": {"b": "int"}}, "no column 'b'"),
        ("x,y\n", {"columns": ["a"]}, "1 are named"),
        ("{broken\n", {"format": JSON_LINES}, "the file is not json_lines"),
        ("a\n" + "x" * (2 << 20) + "x\n", {}, "the file is not csv at line 2"),
        ("x,x\n1,2\n", {"header": True}, "two columns 'x'"),
        ("9" * 5000, {"columns": ["a"], "types": {"a": "int"}}, r"the value '9{199}\.\.\. of column 'a' is no int"),
        (
            "1\n" + "[" * 100_000 + "]" * 100_000,
            {"format": JSON_LINES},
            "line 2 has more than 100 levels",
        ),
        ("[" * 101 + "]" * 101, {"format": JSON_LINES}, "line 1 has more than 100 levels"),
        ("1\n", {"format": JSON_LINES, "types": {"a": "int"}, "columns": ["a"]}, "types: does not apply"),
        ("1\n", {"format": JSON_LINES, "header": True}, "header: does not apply"),
        ("1\n", {"format": JSON_LINES, "separator": ";"}, "separator: does not apply"),
        ("1\n", {"format": JSON_LINES, "infer": False}, "infer_types: does not apply"),
    ],
)
def test_what_does_not_fit_is_named(text: str, shape: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        rows(text, **shape)


def test_a_header_names_the_columns() -> None:
    assert rows("file,digit\na,1\nb,2\n", limit=1, header=True) == [{"file": "a", "digit": 1}]
    assert rows("", header=True) == []


def test_blank_lines_are_no_rows() -> None:
    lines = "a,1\n\nb,2\n\nc,3\nd,4\n".splitlines(keepends=True)
    assert read_rows(lines, Shape(), 3) == ([["a", 1], ["b", 2], ["c", 3]], True)
    assert read_rows(["\n", "\r\n", *lines, "\n"], Shape(), 4)[1] is False
    assert rows("\n\nfile,digit\n\na,1\n", header=True) == [{"file": "a", "digit": 1}]


def test_types_are_ignored_for_an_empty_file() -> None:
    assert rows("\n", header=True, types={"digit": "int"}) == []


def test_long_values() -> None:
    text = "x" * (2 << 20)
    before = csv.field_size_limit()
    assert rows(f"a,{text}\n") == [["a", text]]
    assert csv.field_size_limit() == before


def test_a_number_too_long_for_a_number_stays_as_it_is() -> None:
    assert rows("1\n" + "9" * 5000) == [["1"], ["9" * 5000]]


@pytest.mark.parametrize(("digits", "found"), [(4300, int("9" * 4300)), (4301, "9" * 4301)])
def test_a_number_has_at_most_4300_digits(digits: int, found: Any) -> None:
    assert rows("9" * digits) == [[found]]
    [[in_json]] = rows(f"[{'9' * digits}]", format=JSON_LINES)
    assert in_json == (found if digits == 4300 else None)


def test_values_may_be_nested_100_levels_deep() -> None:
    [row] = rows("[" * 100 + "]" * 100, format=JSON_LINES)
    assert json.dumps(row) == "[" * 100 + "]" * 100


@pytest.mark.parametrize(("length", "shown"), [(198, "'{}'"), (199, "'{}...")])
def test_a_message_shows_200_characters_of_a_value(length: int, shown: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        rows("x" * length, columns=["a"], types={"a": "int"})
    assert f"the value {shown.format('x' * length)} of column" in str(caught.value)


def test_json_has_no_infinite_numbers() -> None:
    assert rows(f"[1e999, -Infinity, {'9' * 5000}, 1.5, 7]", format=JSON_LINES) == [[None, None, None, 1.5, 7]]


def test_json_may_be_nested() -> None:
    flat = [[number] for number in range(200)]
    assert rows(json.dumps(flat), format=JSON_LINES) == [flat]


def test_quoted_values_may_hold_separators_and_line_ends() -> None:
    assert rows('"a,b","line 1\nline 2"\nc,d\n') == [["a,b", "line 1\nline 2"], ["c", "d"]]


def test_separators() -> None:
    assert rows("a\t1\n", format=TSV) == [["a", 1]]
    assert rows("a 1\n", separator=" ") == [["a", 1]]


def test_json_lines_are_typed_already() -> None:
    text = '{"a": 1, "b": [true]}\n\n[2, null]\n3\nNaN\n'
    assert rows(text, format=JSON_LINES) == [{"a": 1, "b": [True]}, [2, None], [3], [None]]
    assert rows('{"a": 1, "b": 2}\n', format=JSON_LINES, columns=["b", "c"]) == [{"b": 2, "c": None}]


def test_no_more_lines_are_read_than_needed() -> None:
    def lines() -> Iterator[str]:
        yield from ("1\n", "2\n", "3\n")
        pytest.fail("read too far")

    assert read_rows(lines(), Shape(), 2) == ([[1], [2]], True)
    assert read_rows(iter(["1\n", "2\n"]), Shape(), 2) == ([[1], [2]], False)


@pytest.mark.parametrize(
    ("name", "found"),
    [("p.csv", "csv"), ("p.TSV", TSV), ("a.b.jsonl", JSON_LINES), ("x.ndjson", JSON_LINES), ("p", "csv")],
)
def test_the_format_by_the_name_of_a_file(name: str, found: str) -> None:
    assert format_of(name) == found


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_rows_are_json_whatever_the_text(values: list[list[str]]) -> None:
    text = "\n".join(",".join(pair) for pair in values)
    try:
        found = rows(text)
    except InvalidOption:
        return
    assert json.loads(json.dumps(found, allow_nan=False)) == found
