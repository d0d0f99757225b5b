# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._rows import literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("['heart-unlabeled-0.csv', 0]", ["heart-unlabeled-0.csv", 0]),
        ("('a', -1.5, None, True)", ["a", -1.5, None, True]),
        ("{'a': [1], \"b\": {'c': ()}}", {"a": [1], "b": {"c": []}}),
        ("[nan, inf, -inf, 1e999]", [None, None, None, None]),
        ("[np.float64(0.5), np.int64(-3), np.True_, np.str_('x'), np.float32(nan)]", [0.5, -3, True, "x", None]),
        (r"['it\'s', '\\', '\n', '\x41', '\d']", ["it's", "\\", "\n", "A", "\\d"]),
        ("  [1]  \n", [1]),
    ],
)
def test_values_that_json_has_are_read(text: str, value: Any) -> None:
    assert literal.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "[1", "a.png", "[a]", "b'x'", "{1, 2}", "1j", "{1: 2}", "{'a': 1, 'a': 2}", "{**{}}", "[*[]]", "..."),
        *(
            "1 + 1",
            "not 1",
            "-'a'",
            "-True",
            "f'{1}'",
            "print(1)",
            "np.array([1])",
            "np.float64(1, 2)",
            "np.float64('a')",
        ),
        *(
            "np.float64('a')",
            "os.True_",
            "np.False",
            "datetime.date(2026, 1, 1)",
            "x = 1",
            "[1 for _ in x]",
            "lambda: 1",
            "007",
            "1; 2",
        ),
        *("[" * 102 + "]" * 102, "[" * 5000, "-" * 5000 + "1", "[" + "0," * 200_000 + "]", "9" * 5000, "'\0'"),
    ],
)
def test_all_else_is_refused_and_nothing_is_run(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        literal.parse(text)
