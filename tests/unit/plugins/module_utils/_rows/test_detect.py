# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._rows import read
from ansible_collections.mlops.azureml.plugins.module_utils._rows.row_format import RowOptions


def found(text: str, name: str = "p.csv", *, is_appended: bool = False, **options: Any) -> tuple[Any, list[str]]:
    """Format, separator, quote and header of a file, and the warnings."""
    warnings: list[str] = []
    table = read.table(
        [text.encode()], RowOptions(**options), None, name=name, is_appended=is_appended, warn=warnings.append
    )
    return tuple(table.format.shown().values()), warnings


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("p.TSV", "a b\tc\nd e\tf\n", "tsv"),
        ("p.tsv", "['a', 1]\n", "literal"),
        ("p.tsv", "a,1\nb,2\n", "csv"),
        ("a.b.jsonl", "1\n2\n", "json_lines"),
        ("x.ndjson.gz", "1\n", "json_lines"),
        ("p.csv", '{"a": 1}\n{"a": 2}\n', "json_lines"),
        ("p.csv", '["a", 1]\nnull\n', "json_lines"),
        ("p.csv", "[1]\n['a']\nNone\n", "literal"),
        ("p.csv", "(1)\n", "lines"),
        ("p", "x\n", "lines"),
        ("p", "", "lines"),
    ],
)
def test_the_content_counts_and_the_name_where_it_agrees(name: str, text: str, kind: str) -> None:
    assert found(text, name)[0][0] == kind


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("a;1,5\nb;2,5\n", {"separator": ";"}, ("csv", ";", "minimal", False)),
        ("a 1\nb 2\n", {"format": "csv"}, ("csv", ",", "minimal", False)),
        ("a,1\nb,2\n", {"format": "tsv"}, ("tsv", "\t", "minimal", False)),
        ("['a', 1]\n", {"format": "lines"}, ("lines", None, None, False)),
        ("a\t1\n", {"separator": "\t"}, ("tsv", "\t", "minimal", False)),
        ('"a b" 1\n', {"quote": "none", "separator": " "}, ("csv", " ", "none", False)),
        ("['a', 1]\n", {"separator": ",", "columns": ["a", "b"]}, ("csv", ",", "minimal", False)),
        ("file,digit\n1,2\n", {"header": False}, ("csv", ",", "minimal", False)),
        ("1,2\n3,4\n", {"header": True}, ("csv", ",", "minimal", True)),
        ("x\n1\n", {"header": True}, ("csv", ",", "minimal", True)),
    ],
)
def test_what_the_task_says_counts(text: str, options: dict[str, Any], expected: Any) -> None:
    assert found(text, **options) == (expected, [])


def test_the_number_of_columns_helps() -> None:
    assert found("a b,c\nd e,f\n", columns=["x", "y"])[0][1] == ","
    assert found("a b,c d\ne f,g h\n", columns=["x", "y", "z"])[0][1] == " "


@pytest.mark.parametrize(
    ("text", "is_appended", "header", "is_warned"),
    [
        ("file,digit\na,1\nb,2\n", False, True, False),
        ("file,digit\na,1\nb,2\n", True, False, True),
        ("file,label\na.png,cat\nb.png,dog\n", False, False, True),
        ("file,label\na.png,cat\nb.png,dog\n", True, False, False),
        ("a.png,cat\nb.png,dog\n", False, False, False),
        ("a.png,failed\nb.png,7\n", True, False, True),
        ("1,2\n3,4\n", False, False, False),
        ("x,x\n1,2\n", False, False, False),
        ("file,digit\n", False, False, False),
    ],
)
def test_a_header_is_found_where_the_service_appends_no_rows(
    text: str, is_appended: bool, header: bool, is_warned: bool
) -> None:
    (*_format, is_header), warnings = found(text, is_appended=is_appended)
    assert (is_header, ["may be a header" in warning for warning in warnings]) == (header, [True] * is_warned)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("a;1,5\nb;2,5\n", "the separator is ambiguous: ',' was taken, and ';' would do as well"),
        ("a b\nc d\n", "split at blanks; they may as well be texts"),
        ("a,1\nb,2\nc\n", "most lines have 2 values between ','"),
        ("[0.5 0.25]\n", "look like lists"),
        ('"a",1\n"b",2\n', "some would not be needed"),
        ('x,"a\ny,b\n', "never close"),
        ('x,"a\nb"\ny,c\n', "spans the lines 1 to 2"),
        ('"New York"\nOslo\n', "a data frame of one column"),
    ],
)
def test_what_is_ambiguous_is_warned_of(text: str, warning: str) -> None:
    [message] = found(text, is_appended=True)[1]
    assert warning in message


def test_quotes_after_the_beginning_that_enclose_nothing_are_refused() -> None:
    with pytest.raises(InvalidOption, match=r"at line 1501 .*Set quote=none"):
        list(read.rows([b"a,1\n" * 1500, b'b,"19 inch" rim\n'], RowOptions()))
    rows = list(read.rows([b"a,1\n" * 1500, b'b,"19 inch" rim\n'], RowOptions(quote="none")))
    assert rows[-1] == ["b", '"19 inch" rim']


def test_a_value_that_goes_on_after_the_beginning_is_no_obstacle() -> None:
    text = "a,1\n" * 999 + 'b,"one\ntwo, three"\nc,2\n'
    rows = list(read.rows([text.encode()], RowOptions()))
    assert rows[-2:] == [["b", "one\ntwo, three"], ["c", "2"]]


def test_windows_ends_are_no_part_of_values_unless_the_service_wrote_them() -> None:
    text = b"a\r\nb\r\n"
    assert list(read.rows([text], RowOptions())) == [["a"], ["b"]]
    assert list(read.rows([text], RowOptions(), is_appended=True)) == [["a\r"], ["b\r"]]
