# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever shape a script returns or writes: it is read back as it was, or a warning or a failure says why not.

The local workspace writes the files, as the service does (batch contract 14.34).
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._rows import read
from ansible_collections.mlops.azureml.plugins.module_utils._rows.row_format import RowOptions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.runtime.worker import appended_rows

# The rows are what the script returned; or they print back as its text, in the format that the result names; or a
# warning says that they may differ; or the task fails.
EQUAL, SAME_TEXT, WARNED, REFUSED = "equal", "same text", "warned", "refused"
FORMATS = ("auto", "lines", "csv", "tsv", "literal", "json_lines")


@dataclass
class Outcome:
    """What became of the items of a script."""

    kind: str
    rows: list[Any] = field(default_factory=list)
    format: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def outcome(items: list[Any], content: bytes, *, is_appended: bool = True, **options: Any) -> Outcome:
    """Read a file back. The kind is empty for a difference that nothing warns of."""
    warnings: list[str] = []
    try:
        table = read.table(
            [content],
            RowOptions(**options),
            len(items) + 100,
            expected=len(items),
            is_appended=is_appended,
            warn=warnings.append,
        )
    except InvalidOption:
        return Outcome(REFUSED)
    shown = table.format.shown()
    if table.rows == items:
        kind = EQUAL
    elif len(table.rows) == len(items) and prints_back(table.rows, shown, content.decode()):
        kind = SAME_TEXT
    else:
        kind = WARNED if warnings else ""
    return Outcome(kind, table.rows, shown, warnings)


def prints_back(rows: list[Any], shown: dict[str, Any], text: str) -> bool:
    """Whether each line of the file holds exactly the values of its row, in the format that the result names."""
    lines = text.removesuffix("\n").split("\n")
    if shown["format"] == "lines":
        return all(is_text_of(part, row[0]) for part, row in zip(lines, rows, strict=True))
    if shown["separator"] is None:
        decode = json.loads if shown["format"] == "json_lines" else ast.literal_eval
        values = [plain(decode(line)) for line in lines]
        return [value if isinstance(value, (list, dict)) else [value] for value in values] == rows
    parts = parts_of(shown, text, lines)
    return [len(part) for part in parts] == [len(row) for row in rows] and all(
        is_text_of(part, value) for line, row in zip(parts, rows, strict=True) for part, value in zip(line, row)
    )


def parts_of(shown: dict[str, Any], text: str, lines: list[str]) -> list[list[str]]:
    """The values as texts, and none if they do not make the file."""
    separator = shown["separator"]
    if shown["quote"] == "none" or len(separator) > 1:
        return [line.split(separator) for line in lines]
    parts = list(csv.reader([f"{line}\n" for line in lines], delimiter=separator))
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\n").writerows(parts)
    return parts if stream.getvalue() == text else []


def is_text_of(text: str, value: Any) -> bool:
    if value is None:
        return text.lower() in ("", "nan", "none", "null")
    decimals = len(text.partition(".")[2])
    return str(value).lower() == text.lower() or (isinstance(value, float) and f"{value:.{decimals}f}" == text)


def items_of(result: Any) -> list[Any]:
    """The items that a script returned, as rows are returned."""
    if isinstance(result, pd.DataFrame):
        return [[plain(value) for value in row] for row in result.itertuples(index=False)]
    return [row if isinstance(row := plain(item), (list, dict)) else [row] for item in result]


def plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


LONG = np.arange(40) / 7
# What a script returns, what becomes of it with the defaults, and whether there is a warning beside that.
RETURNED: dict[str, tuple[Any, str, bool]] = {
    "texts without separators": (["cat", "dog", "cat"], EQUAL, False),
    "texts of one column of numbers": (["1", "2"], SAME_TEXT, False),
    "texts of csv": (["a.png,7,0.99", "b.png,1,0.50"], SAME_TEXT, False),
    "texts of csv with blanks": (["a.png, 7", "b.png, 1"], SAME_TEXT, False),
    "texts of csv that need quotes": (['a.png,"x, y"', "b.png,z"], SAME_TEXT, False),
    "texts of csv with needless quotes": (['"a.png","x"', '"b.png","z"'], WARNED, True),
    "texts of tsv": (["a.png\t7", "b.png\t1"], SAME_TEXT, False),
    "texts of json": (['{"file": "a.png", "p": 0.5}', '{"file": "b\\"", "p": null}'], SAME_TEXT, False),
    "an inch": (["001.txt,plain", '002.txt,"19 inch rim', "003.txt,x", '004.txt,"20 inch'], SAME_TEXT, True),
    "a quoted word": (['"Tyre" size 17', "Rim"], EQUAL, False),
    "a quoted word and as many blanks": (['"Tyre" size 17', "Rim size 19"], SAME_TEXT, True),
    "one quoted text": (['"New York"', "Oslo"], SAME_TEXT, True),
    "sentences": (["Hello, world", "one two three four", "so, so, so"], EQUAL, False),
    "sentences of two words": (["hello world", "good morning"], SAME_TEXT, True),
    "empty texts": (["a", "", "b"], EQUAL, False),
    "empty texts and csv": (["a,1", "", "b,2"], WARNED, True),
    "texts with line ends": (["one\ntwo", "three"], WARNED, True),
    "texts with carriage returns": (["a\r", "b"], EQUAL, False),
    "codes": (["+49", "007", "1e5", "1.10", "99999999999999999999"], EQUAL, False),
    "versions": (["m,1.9", "m,1.10"], SAME_TEXT, False),
    "ragged texts": (["a,1", "b,2,3", "c,4"], EQUAL, True),
    "characters beyond latin": (["\u00e4,\u65e5\u672c", "\U0001f600,x\u2028y"], SAME_TEXT, False),
    "integers": ([1, 2, 3], EQUAL, False),
    "floats": ([0.5, 1e-07, 1e22], EQUAL, False),
    "floats that are missing": ([0.5, float("nan")], EQUAL, False),
    "booleans": ([True, False], EQUAL, False),
    "numpy scalars": (np.array([0.5, 0.25]), EQUAL, False),
    "nothing": ([None, None], SAME_TEXT, False),
    "lists": ([["part-0.csv", 0], ["part-1.csv", 1]], EQUAL, False),
    "lists with quotes": ([["it's", 'a "b"'], ["x\ny", "\\"]], EQUAL, False),
    "lists of numpy scalars": ([["a", np.float32(0.5), np.int64(3), np.bool_(True)]], EQUAL, False),
    "lists with missing values": ([["a", float("nan"), None], ["b", 0.5, True]], EQUAL, False),
    "nested lists": ([[[1, [2, 3]], "x"], [[], ""]], EQUAL, False),
    "lists of other lengths": ([["a", 1], ["b"]], EQUAL, True),
    "tuples": ([("a", 1), ("b", -2.5)], EQUAL, False),
    "dicts": ([{"file": "a", "scores": [0.5, 0.5]}, {"file": "b", "scores": []}], EQUAL, False),
    "dicts with numbers as keys": ([{1: "a"}], SAME_TEXT, True),
    "lists with values that no JSON has": ([["a", b"x"], ["b", {1, 2}]], SAME_TEXT, True),
    "arrays": (np.array([[0.5, 0.25], [1.0, 0.0]]), SAME_TEXT, True),
    "arrays over several lines": ([LONG, LONG], WARNED, True),
    "a frame": (pd.DataFrame({"file": ["a.png", "b.png"], "digit": [7, 1], "p": [0.5, 0.25]}), EQUAL, False),
    "a frame of texts": (pd.DataFrame({"file": ["a.png", "b.png"], "label": ["cat", "dog"]}), EQUAL, True),
    "a frame of texts with blanks": (pd.DataFrame({"city": ["New York", "Oslo"], "n": [1, 2]}), EQUAL, False),
    "a frame with quotes": (pd.DataFrame({"t": ['17"', 'a "b"', ""], "n": [1, 2, 3]}), EQUAL, False),
    "a frame with line ends": (pd.DataFrame({"t": ["one\ntwo", "three"], "n": [1, 2]}), EQUAL, True),
    "a frame of one column of texts": (pd.DataFrame({"t": ["New York", "Oslo"]}), EQUAL, True),
    "a frame of one column of numbers": (pd.DataFrame({"n": [1, 2]}), EQUAL, False),
    "a frame with missing numbers": (pd.DataFrame({"f": ["a", "b"], "n": [0.5, float("nan")]}), EQUAL, False),
    "a frame with codes": (pd.DataFrame({"code": ["007", "+49"], "n": [1, 2]}), EQUAL, False),
    "a frame of lists": (pd.DataFrame({"f": ["a", "b"], "p": [[0.5, 0.5], [1, 0]]}), SAME_TEXT, False),
}


@pytest.mark.parametrize(("result", "kind", "is_warned"), RETURNED.values(), ids=RETURNED)
def test_what_a_script_returns_comes_back(result: Any, kind: str, is_warned: bool) -> None:
    found = outcome(items_of(result), appended_rows(result)[0].encode())
    assert (found.kind, bool(found.warnings)) == (kind, is_warned), found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("result", [result for result, *_expected in RETURNED.values()], ids=RETURNED)
def test_no_format_of_the_task_alters_values_silently(result: Any, kind: str) -> None:
    found = outcome(items_of(result), appended_rows(result)[0].encode(), format=kind)
    assert found.kind, found


FRAMES = {name: result for name, (result, *_expected) in RETURNED.items() if isinstance(result, pd.DataFrame)}
WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "csv": lambda frame: frame.to_csv(index=False).encode(),
    "csv without header": lambda frame: frame.to_csv(index=False, header=False).encode(),
    "csv all quoted": lambda frame: frame.to_csv(index=False, quoting=csv.QUOTE_ALL).encode(),
    "csv of a spreadsheet": lambda frame: frame.to_csv(index=False, sep=";", lineterminator="\r\n").encode("utf-8-sig"),
    "compressed": lambda frame: gzip.compress(frame.to_csv(index=False).encode()),
    "tsv": lambda frame: frame.to_csv(index=False, sep="\t").encode(),
    "json lines": lambda frame: frame.to_json(orient="records", lines=True).encode(),
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_what_a_script_writes_comes_back(frame: pd.DataFrame, writer: str) -> None:
    """With ``summary_only`` the script writes its files: with a header, compressed or as it likes."""
    items: list[Any] = items_of(frame)
    if writer != "csv without header":
        items = [dict(zip(frame.columns, row, strict=True)) for row in items]
    found = outcome(items, WRITERS[writer](frame), is_appended=False)
    assert found.kind, found


def test_usual_files_come_back_without_a_warning() -> None:
    frame = FRAMES["a frame"]
    for name, write in WRITERS.items():
        items = items_of(frame)
        named = [dict(zip(frame.columns, row, strict=True)) for row in items]
        found = outcome(items if name == "csv without header" else named, write(frame), is_appended=False)
        needless = [True] if name == "csv all quoted" else []
        assert (name, found.kind, ["quotes" in one for one in found.warnings]) == (name, EQUAL, needless)


# A machine that is busy is no fault of the code.
SETTINGS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.text(st.sampled_from("ab1.0 ,;|\t\"'[]{}-\n\r\u00e4"), max_size=12)
VALUES = st.one_of(TEXTS, st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
NESTED = st.recursive(
    st.one_of(VALUES, st.none()), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
QUOTES = st.sampled_from(["auto", "minimal", "none"])


@SETTINGS
@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["auto", "lines", "csv", "tsv"]))
def test_texts_are_never_altered_silently(items: list[str], kind: str) -> None:
    found = outcome(items_of(items), appended_rows(items)[0].encode(), format=kind)
    assert found.kind, found


@SETTINGS
@given(st.lists(st.lists(NESTED, max_size=4), min_size=1, max_size=5))
def test_lists_come_back(items: list[list[Any]]) -> None:
    assert outcome(items, appended_rows(items)[0].encode(), format="literal").kind in (EQUAL, REFUSED)
    assert outcome(items, appended_rows(items)[0].encode()).kind in (EQUAL, SAME_TEXT, WARNED)
    lines = "".join(f"{json.dumps(item)}\n" for item in items)
    assert outcome(items, lines.encode()).kind == EQUAL


@SETTINGS
@given(st.data(), st.integers(1, 4), st.integers(1, 5), QUOTES)
def test_frames_are_never_altered_silently(data: st.DataObject, width: int, height: int, quote: str) -> None:
    kinds = st.sampled_from([TEXTS, st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False)])
    columns = {f"c{at}": data.draw(st.lists(data.draw(kinds), min_size=height, max_size=height)) for at in range(width)}
    frame = pd.DataFrame(columns)
    found = outcome(items_of(frame), appended_rows(frame)[0].encode(), quote=quote)
    assert found.kind, found


@SETTINGS
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.integers(1, 6))
def test_numbers_print_back(numbers: list[float], decimals: int) -> None:
    for texts in ([repr(number) for number in numbers], [f"{number:.{decimals}f}" for number in numbers]):
        [*values] = (row[0] for row in outcome([], "\n".join(texts).encode()).rows)
        assert [f"{value:.{decimals}f}" if text != str(value) else text for text, value in zip(texts, values)] == texts
