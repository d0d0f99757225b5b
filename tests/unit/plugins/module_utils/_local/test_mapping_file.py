# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._local.mapping_file import read_mapping


@pytest.mark.parametrize(
    "text",
    [
        "name: digits\ndependencies:\n- python=3.11\n- pip:\n  - numpy\n",
        '{"name": "digits", "dependencies": ["python=3.11", {"pip": ["numpy"]}]}',
        '\ufeff{"name": "digits", "dependencies": ["python=3.11", {"pip": ["numpy"]}]}',
    ],
)
def test_yaml_and_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "conda").write_text(text, encoding="utf-8")

    assert read_mapping(f"{tmp_path}/conda", "conda_file") == {
        "name": "digits",
        "dependencies": ["python=3.11", {"pip": ["numpy"]}],
    }


def test_a_merged_key_is_no_repeated_key(tmp_path: Path) -> None:
    (tmp_path / "conda").write_text("base: &base {a: 1, b: 2}\nmore: &more\n  <<: *base\n  b: 3\nlast: {<<: *more}\n")
    assert read_mapping(f"{tmp_path}/conda", "conda_file")["last"] == {"a": 1, "b": 3}


def test_mapping_itself() -> None:
    assert read_mapping({"name": "digits"}, "conda_file") == {"name": "digits"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: b\nc: [d\ne: f\n", r"conda, line 3 is not YAML: expected"),
        ("a: b\n\tc: d\n", r"conda, line 2 is not YAML: found character"),
        ("- a\n- b\n", r"conda, line 1, is no mapping \(names with values\) but a list"),
        ("just words\n", r"line 1, is no mapping .* but a text"),
        ("", r"line 1, is no mapping .* but empty"),
        ("7", r"line 1, is no mapping .* but a single value"),
        ("a: b\ntags:\n  since: 2026-01-01\n", r"conda: tags\.since is a date, .* Put such values in quotes"),
        ("a: b\nc: 2026-02-30\n", r"conda, line 2 is not YAML: 2026-02-30 is no timestamp"),
        ("days:\n  2026-01-01: a\n", r"conda: the key days\.2026-01-01 is a date, .* Put such values in quotes"),
        ("list: [1, .nan]\n", r"conda: list\.1 is the number nan"),
        ("top: -.inf\n", r"conda: top is the number -inf"),
        ('{"a": NaN}', r"conda: a is the number nan"),
        ("name: a\ntags: {}\nname: b\n", r"conda, line 3 is not YAML: the key name occurs twice in one map"),
        ("a:\n  b: 1\n  b: 1\n", r"conda, line 3 is not YAML: the key b occurs twice in one map"),
        ("a: b\nc: &c\n  d: *c\n", r"conda, line 3 is not YAML: the alias \*c is inside the value that it names"),
        ('{"a": {"b": 1, "b": 1}}', r"conda: the key b occurs twice in one map"),
    ],
)
def test_what_is_refused_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "conda").write_text(text)

    with pytest.raises(InvalidOption, match=complaint) as caught:
        read_mapping(f"{tmp_path}/conda", "conda_file")
    assert str(caught.value).startswith("conda_file: ")


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="nowhere: it does not exist"):
        read_mapping(f"{tmp_path}/nowhere", "conda_file")


def test_binary_file(tmp_path: Path) -> None:
    (tmp_path / "conda").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidOption, match="it is not UTF-8 text"):
        read_mapping(f"{tmp_path}/conda", "conda_file")


@pytest.mark.parametrize("text", ['{"a":' * 5000, '{"a":' * 101 + "1" + "}" * 101, "a:\n" + " [" * 200])
def test_absurd_depth_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deep.yml"
    file.write_text(text)
    with pytest.raises(InvalidOption, match="more than 100 levels deep"):
        read_mapping(str(file), "conda_file")


def test_a_value_of_absurd_depth_is_refused() -> None:
    value: dict[str, object] = {}
    for _level in range(5000):
        value = {"a": value}
    with pytest.raises(InvalidOption, match="more than 100 levels deep"):
        read_mapping(value, "conda_file")


def test_a_huge_file_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("w") as huge:
        huge.truncate(17 << 20)
    for name, words in (("pipe", "it is no file"), ("huge", "it is larger than 16 MiB"), ("", "it is no file")):
        with pytest.raises(InvalidOption, match=words):
            read_mapping(str(tmp_path / name), "conda_file")


def test_many_keys_are_read_in_linear_time(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({f"k{n}": n for n in range(60_000)}))
    assert len(read_mapping(str(file), "conda_file")) == 60_000
