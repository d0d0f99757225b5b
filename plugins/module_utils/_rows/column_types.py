# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Types of columns: a text becomes a number or a boolean only if the value prints back as the same text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping

from .._errors import InvalidOption
from .row_format import Value, short

Parser = Callable[[str], Value]

# Texts that mean "no value" in a column of numbers.
_MISSING = frozenset({"", "nan", "null", "none"})
_BOOLEANS = {"true": True, "false": False}
_SPELLINGS = (frozenset({"True", "False"}), frozenset({"true", "false"}))
# A float holds each number of 15 digits exactly enough to print it back.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:e[+-][0-9]{1,3})?", re.ASCII)
# Beyond it, a reader of JSON that knows only floats takes two ids for the same number.
_LARGEST_INTEGER = 2**53 - 1
_EXACT_DIGITS = 15
# Python refuses to parse a number of more digits, here or on the controller.
_MOST_DIGITS = 4300


def _same_text(text: str) -> str:
    return text


# The parser of a column whose values stay texts.
TEXT: Parser = _same_text


def integer_or_none(text: str) -> int | None:
    """An integer, None for one that has too many digits to parse."""
    return int(text) if len(text) <= _MOST_DIGITS else None


def finite_or_none(text: str) -> float | None:
    """A float; None for an infinity, as a number too large becomes, and for NaN. Raises ValueError."""
    value = float(text)
    return value if math.isfinite(value) else None


def infer(texts: Iterable[str]) -> Parser:
    """The function that parses the values of a column of which these are known.

    Numbers print back as the same text, or all with the same number of decimals, as ``0.50`` and ``0.99`` do. A value
    that comes later and does not, stays text.
    """
    values = [text for text in texts if text.lower() not in _MISSING]
    if not values:
        return TEXT
    if all(map(_is_number, values)):
        return _number
    decimals = _common_decimals(values)
    if decimals is not None:
        return _fixed(decimals)
    spelling = next((words for words in _SPELLINGS if words.issuperset(values)), None)
    return _boolean_of(spelling) if spelling else TEXT


def chosen(column: str, kind: str) -> Parser:
    """The parser of a column whose type the task gives. It raises InvalidOption for a value of another type."""
    parse = PARSERS[kind]

    def checked(text: str) -> Value:
        try:
            return parse(text)
        except (ValueError, KeyError):
            raise InvalidOption(
                f"types: the value {short(text)} of column {column!r} is no {kind}. Correct types."
            ) from None

    return checked


def is_typed(texts: Iterable[str]) -> bool:
    """Whether a column of these values gets another type than text."""
    return infer(texts) is not TEXT


def as_text(texts: Iterable[str]) -> Parser:
    """The parser of a column whose values stay texts."""
    del texts
    return TEXT


def _is_integer(text: str) -> bool:
    if _INTEGER.fullmatch(text):
        return True
    digits = text[1:] if text.startswith("-") else text
    is_sixteen = len(digits) == _EXACT_DIGITS + 1 and digits.isascii() and digits.isdigit() and digits[0] != "0"
    return is_sixteen and int(digits) <= _LARGEST_INTEGER


def _is_number(text: str) -> bool:
    if _is_integer(text):
        return True
    return _NUMBER.fullmatch(text) is not None and not text.lstrip("-").isdigit() and repr(float(text)) == text


def _number(text: str) -> Value:
    if len(text) <= _EXACT_DIGITS and text.isdigit() and text.isascii() and (text[0] != "0" or len(text) == 1):
        return int(text)  # as below, for most texts
    if _is_integer(text):
        return int(text)
    if _is_number(text):
        return float(text)
    return None if text.lower() in _MISSING else text


def _common_decimals(values: list[str]) -> int | None:
    """How many decimals all values have, None if they differ. One value alone proves nothing: it may be a version."""
    found = {len(value.partition(".")[2]) for value in values}
    decimals = found.pop()
    is_common = not found and decimals > 0 and len(values) > 1
    return decimals if is_common and all(_has_decimals(value, decimals) for value in values) else None


def _has_decimals(text: str, decimals: int) -> bool:
    return _NUMBER.fullmatch(text) is not None and f"{float(text):.{decimals}f}" == text


def _fixed(decimals: int) -> Parser:
    usual = re.compile(rf"-?(?:0|[1-9][0-9]*)\.[0-9]{{{decimals}}}")

    def parse(text: str) -> Value:
        is_short = len(text) <= _EXACT_DIGITS and usual.fullmatch(text) is not None
        if is_short or _has_decimals(text, decimals):
            return float(text)
        return None if text.lower() in _MISSING else text

    return parse


def _boolean_of(spelling: frozenset[str]) -> Parser:
    def parse(text: str) -> Value:
        if text in spelling:
            return _BOOLEANS[text.lower()]
        return None if text.lower() in _MISSING else text

    return parse


def _or_missing(parse: Parser) -> Parser:
    return lambda text: None if text.strip().lower() in _MISSING else parse(text)


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError("too long")
    return int(text)


PARSERS: Mapping[str, Parser] = {
    "str": TEXT,
    "int": _or_missing(_integer),
    "float": _or_missing(finite_or_none),
    "bool": _or_missing(lambda text: _BOOLEANS[text.strip().lower()]),
}
