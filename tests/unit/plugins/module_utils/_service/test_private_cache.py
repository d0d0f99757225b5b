# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import LIFETIME, PrivateCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

KEY = ["client secret", "https://login.example", "tenant", "client", "planted-secret"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "inner"


@pytest.fixture
def store(directory: Path) -> PrivateCache:
    return PrivateCache(str(directory), Clock(1000.0))


def only_file(directory: Path) -> Path:
    (file,) = directory.iterdir()
    return file


def test_a_value_is_kept_until_it_expires(store: PrivateCache, directory: Path) -> None:
    store.write(KEY, {"a": 1}, 1001.0)
    assert store.read(KEY) == ({"a": 1}, 1001.0)
    assert PrivateCache(str(directory), Clock(1001.0)).read(KEY) is None


def test_only_the_owner_can_look(store: PrivateCache, directory: Path) -> None:
    mask = os.umask(0)
    try:
        store.write(KEY, "value", 2000.0)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(directory).stat().st_mode) == 0o600


def test_keys_are_not_written(store: PrivateCache, directory: Path) -> None:
    store.write(KEY, "value", 2000.0)
    assert "planted-secret" not in only_file(directory).name + only_file(directory).read_text()


def test_another_key_finds_nothing(store: PrivateCache) -> None:
    store.write(KEY, "value", 2000.0)
    for position in range(len(KEY)):
        assert store.read([*KEY[:position], "other", *KEY[position + 1 :]]) is None


def test_neighbouring_parts_of_a_key_do_not_run_together(store: PrivateCache) -> None:
    store.write(["ab", "c"], "value", 2000.0)
    assert store.read(["a", "bc"]) is None


def test_writing_again_replaces(store: PrivateCache, directory: Path) -> None:
    store.write(KEY, "old", 2000.0)
    store.write(KEY, "new", 2000.0)
    assert store.read(KEY) == ("new", 2000.0)
    assert only_file(directory)


def test_a_dropped_value_is_gone(store: PrivateCache) -> None:
    store.drop(KEY)
    store.write(KEY, "value", 2000.0)
    store.drop(KEY)
    assert store.read(KEY) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_touch_is_not_believed(store: PrivateCache, directory: Path, mode: int) -> None:
    store.write(KEY, "value", 2000.0)
    only_file(directory).chmod(mode)
    assert store.read(KEY) is None


def test_a_directory_that_others_may_touch_is_not_used(store: PrivateCache, directory: Path) -> None:
    store.write(KEY, "value", 2000.0)
    directory.chmod(0o770)
    assert store.read(KEY) is None
    store.write(["more"], "value", 2000.0)
    assert only_file(directory)


def test_a_link_is_not_followed(store: PrivateCache, directory: Path, tmp_path: Path) -> None:
    store.write(KEY, "value", 2000.0)
    target = tmp_path / "elsewhere"
    file = only_file(directory)
    file.rename(target)
    file.symlink_to(target)
    assert store.read(KEY) is None


def test_a_file_of_another_owner_is_not_believed(store: PrivateCache, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(KEY, "value", 2000.0)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert store.read(KEY) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"value": 1, "expires": null}', '{"expires": 2000}'])
def test_a_broken_file_is_an_empty_one(store: PrivateCache, directory: Path, text: str) -> None:
    store.write(KEY, "value", 2000.0)
    only_file(directory).write_text(text)
    assert store.read(KEY) is None


def test_without_a_place_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for directory in (None, str(tmp_path / "file" / "inner")):
        store = PrivateCache(directory, Clock())
        store.write(KEY, "value", 1e12)
        store.drop(KEY)
        assert store.read(KEY) is None


def test_what_nobody_wrote_for_a_day_is_swept_out(directory: Path) -> None:
    PrivateCache(str(directory), Clock()).write(KEY, "value", 1e12)
    written = only_file(directory).stat().st_mtime
    PrivateCache(str(directory), Clock(written + LIFETIME + 1)).write(["more"], "value", 1e12)
    assert PrivateCache(str(directory), Clock()).read(KEY) is None
    assert PrivateCache(str(directory), Clock()).read(["more"]) is not None
