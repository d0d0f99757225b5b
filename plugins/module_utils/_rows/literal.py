# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One Python value per line, as ``str()`` writes lists: what scripts that return lists of lists leave behind.

Service fact: batch contract 14.34 (deployments of MLflow models without a script write such files).
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping

from .._errors import InvalidOption
from .row_format import LITERAL, Value

# A syntax tree takes a hundred times the memory of its text.
_LONGEST = 256 << 10
_DEEPEST = 100
_NOT_A_NUMBER = frozenset({"nan", "inf"})
# How numpy 2 prints scalars inside of lists.
_NUMPY = "np"
_SCALARS: Mapping[str, type] = {
    **dict.fromkeys(("float16", "float32", "float64"), float),
    **dict.fromkeys((f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), int),
    "str_": str,
}
_NUMPY_BOOLEANS = {"True_": True, "False_": False}


def values(lines: Iterable[str]) -> Iterator[Value]:
    """The value of each line; a blank line is no row. Raises InvalidOption for a line that is no Python value."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield parse(line)
        except ValueError as error:
            raise InvalidOption(
                f"rows: the file is not {LITERAL} at line {number} ({error}). Correct format or file; "
                "with format=lines each line is a text."
            ) from None


def parse(line: str) -> Value:
    """A Python value that JSON can express: tuples become lists, not-a-number and infinities None.

    Raises ValueError for any other text.
    """
    if len(line) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            return _value(ast.parse(line.strip(), mode="eval").body, _DEEPEST)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError("no Python value") from None


def _value(node: ast.AST, depth: int) -> Value:
    build = _BUILDERS.get(type(node))
    if build is None:
        raise ValueError(f"no value of JSON: {type(node).__name__}")
    if depth < 0:
        raise ValueError(f"more than {_DEEPEST} levels of values")
    return build(node, depth)


def _constant(node: ast.Constant, _depth: int) -> Value:
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"no value of JSON: {type(value).__name__}")


def _list(node: ast.List | ast.Tuple, depth: int) -> list[Value]:
    return [_value(item, depth - 1) for item in node.elts]


def _dict(node: ast.Dict, depth: int) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in zip(node.keys, node.values):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or key.value in found:
            raise ValueError("a dict whose keys are not different texts")
        found[key.value] = _value(value, depth - 1)
    return found


def _negative(node: ast.UnaryOp, depth: int) -> Value:
    value = _value(node.operand, depth - 1)
    if not isinstance(node.op, ast.USub) or isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
        raise ValueError("no Python value")
    return None if value is None else -value


def _name(node: ast.Name, _depth: int) -> None:
    if node.id not in _NOT_A_NUMBER:
        raise ValueError(f"no Python value: {node.id}")


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == _NUMPY


def _attribute(node: ast.Attribute, _depth: int) -> Value:
    if not _is_numpy(node) or node.attr not in _NUMPY_BOOLEANS:
        raise ValueError(f"no Python value: {node.attr}")
    return _NUMPY_BOOLEANS[node.attr]


def _call(node: ast.Call, depth: int) -> Value:
    """``np.float64(0.5)``."""
    if not isinstance(node.func, ast.Attribute) or not _is_numpy(node.func) or node.keywords or len(node.args) != 1:
        raise ValueError("no Python value: a call")
    kind = _SCALARS.get(node.func.attr)
    value = _value(node.args[0], depth - 1)
    if kind is None or not (value is None or (isinstance(value, (kind, int)) and not isinstance(value, bool))):
        raise ValueError(f"no Python value: {node.func.attr}")
    return value


_BUILDERS: Mapping[type, Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Dict: _dict,
    ast.UnaryOp: _negative,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
}
