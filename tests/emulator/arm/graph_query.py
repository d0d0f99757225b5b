"""Resource Graph's query language, a part: where, project, summarize count(), order by, limit, count.

Service fact: operations contract 7.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[=!]~|==|!=|!?in~|[(),]|[\w.$-]+)""")
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "=~": lambda left, right: left.lower() == right.lower(),
    "!~": lambda left, right: left.lower() != right.lower(),
    "contains": lambda left, right: right.lower() in left.lower(),
    "startswith": lambda left, right: left.lower().startswith(right.lower()),
    "endswith": lambda left, right: left.lower().endswith(right.lower()),
}
_LISTS = {"in": False, "in~": True}


class BadQuery(ValueError):
    """A query that is not understood; the message says which part."""


def run(query: str, rows: list[Row]) -> list[Row]:
    """The rows that a query over the table `resources` gives. Raises BadQuery."""
    table, *stages = (part.strip() for part in _split(query))
    if table.lower() != "resources":
        raise BadQuery(f"'{table}' is not a table that is served")
    for stage in stages:
        word, _blank, rest = stage.partition(" ")
        handler = _STAGES.get(word.lower())
        if handler is None:
            raise BadQuery(f"'{word}' is not an operator that is served")
        rows = handler(rest.strip(), rows)
    return rows


def shows_ids(query: str) -> bool:
    """Whether each row has its id, without which there is no continuation token."""
    projected = re.findall(r"\|\s*project\s+([^|]+)", query)
    summarized = re.search(r"\|\s*(summarize|count)\b", query) is not None
    return not summarized and all(re.search(r"(^|,)\s*id\s*(,|$)", part) for part in projected)


def _split(query: str) -> list[str]:
    """At bars, but not at those in texts."""
    parts = re.findall(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\||[^|'"]+""", query)
    stages = [""]
    for part in parts:
        if part == "|":
            stages.append("")
        else:
            stages[-1] += part
    return stages


def _where(text: str, rows: list[Row]) -> list[Row]:
    test = _Condition(text).read()
    return [row for row in rows if test(row)]


def _project(text: str, rows: list[Row]) -> list[Row]:
    columns = []
    for part in text.split(","):
        name, _equals, source = (word.strip() for word in part.partition("="))
        columns.append((name.replace(".", "_"), source or name))
    return [{name: _value(row, source) for name, source in columns} for row in rows]


def _summarize(text: str, rows: list[Row]) -> list[Row]:
    found = re.fullmatch(r"(?:(?P<name>\w+)\s*=\s*)?count\(\)(?:\s*by\s+(?P<by>.+))?", text, re.IGNORECASE)
    if found is None:
        raise BadQuery(f"'summarize {text}' is not served")
    names = [name.strip() for name in (found["by"] or "").split(",") if name.strip()]
    counts = Counter(tuple(_text(_value(row, name)) for name in names) for row in rows)
    counted = found["name"] or "count_"
    return [{**dict(zip(names, key, strict=True)), counted: number} for key, number in counts.items()]


def _order(text: str, rows: list[Row]) -> list[Row]:
    def sorted_by(rows: list[Row], name: str, *, descending: bool) -> list[Row]:
        return sorted(rows, key=lambda row: _text(_value(row, name)), reverse=descending)

    for part in reversed(text.removeprefix("by").split(",")):
        name, _blank, direction = part.strip().partition(" ")
        rows = sorted_by(rows, name, descending=direction.strip() != "asc")
    return rows


def _limit(text: str, rows: list[Row]) -> list[Row]:
    if not text.isdecimal():
        raise BadQuery(f"'{text}' is not a number of rows")
    return rows[: int(text)]


_STAGES: dict[str, Callable[[str, list[Row]], list[Row]]] = {
    "where": _where,
    "project": _project,
    "summarize": _summarize,
    "order": _order,
    "sort": _order,
    "limit": _limit,
    "take": _limit,
    "count": lambda _text, rows: [{"Count": len(rows)}],
}


class _Condition:
    """Reads a condition: comparisons joined by `and`, `or`, `not` and parentheses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [found[1] for found in _TOKEN.finditer(text)]
        if "".join(self._tokens) != re.sub(r"\s+(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*$)", "", text):
            raise BadQuery(f"'{text}' is not understood")

    def read(self) -> Test:
        test = self._any()
        if self._tokens:
            raise BadQuery(f"'{self._text}' is not understood at '{self._tokens[0]}'")
        return test

    def _any(self) -> Test:
        tests = [self._all()]
        while self._next_is("or"):
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._next_is("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._next_is("not"):
            inner = self._one()
            return lambda row: not inner(row)
        if self._next_is("("):
            test = self._any()
            self._require(")")
            return test
        name, operator = self._take(), self._take().lower()
        if operator in _LISTS:
            return self._is_in(name, self._list(), folded=_LISTS[operator])
        if operator not in _COMPARISONS:
            raise BadQuery(f"'{operator}' is not a comparison that is served")
        value, compare = _literal(self._take()), _COMPARISONS[operator]
        return lambda row: compare(_text(_value(row, name)), value)

    def _is_in(self, name: str, values: list[str], *, folded: bool) -> Test:
        if folded:
            folded_values = [value.lower() for value in values]
            return lambda row: _text(_value(row, name)).lower() in folded_values
        return lambda row: _text(_value(row, name)) in values

    def _list(self) -> list[str]:
        self._require("(")
        values = [_literal(self._take())]
        while self._next_is(","):
            values.append(_literal(self._take()))
        self._require(")")
        return values

    def _take(self) -> str:
        if not self._tokens:
            raise BadQuery(f"'{self._text}' ends too early")
        return self._tokens.pop(0)

    def _next_is(self, word: str) -> bool:
        if self._tokens and self._tokens[0].lower() == word:
            self._tokens.pop(0)
            return True
        return False

    def _require(self, token: str) -> None:
        if self._take() != token:
            raise BadQuery(f"'{self._text}' lacks '{token}'")


def _literal(token: str) -> str:
    return token[1:-1] if token[0] in "'\"" else token


def _value(row: Row, name: str) -> Any:
    """A column, or a property below it."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
