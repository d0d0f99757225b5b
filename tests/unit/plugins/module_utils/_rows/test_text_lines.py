# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._rows import text_lines


def lines(content: bytes, size: int = 1) -> tuple[list[str], list[str]]:
    """The lines of bytes that arrive in pieces of this size, and the warnings."""
    warnings: list[str] = []
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    return list(text_lines.text_lines(chunks, "p.csv", warnings.append)), warnings


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"one\ntwo\n", ["one\n", "two\n"]),
        (b"one\r\n\ntwo", ["one\r\n", "\n", "two"]),
        ("\ufeff\u00e4,\u00f6\n\u00fc\u20ac".encode(), ["\u00e4,\u00f6\n", "\u00fc\u20ac"]),
        ("a\u2028b\x0cc\rd\n".encode(), ["a\u2028b\x0cc\rd\n"]),
    ],
)
def test_lines_keep_their_ends(content: bytes, found: list[str], size: int) -> None:
    assert lines(content, size) == (found, [])


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_first_damaged_line_is_warned_of(size: int) -> None:
    found, warnings = lines(b"one\ncaf\xe9\nth\xe9\n", size)
    assert found == ["one\n", "caf\ufffd\n", "th\ufffd\n"]
    assert [warning.split(":")[1] for warning in warnings] == [" line 2 of p.csv has replacement characters"]


def test_a_line_that_is_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "_LONGEST_LINE", 10)
    assert lines(b"x" * 10 + b"\n")[0] == ["x" * 10 + "\n"]
    with pytest.raises(InvalidOption, match="a line of more than 10 characters"):
        lines(b"x" * 11)
