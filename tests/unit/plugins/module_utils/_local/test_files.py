# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._local.files import read


def write_tree(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def names(root: Path) -> list[str]:
    return [file.name for file in read(str(root), "path").files]


# -- hashes, as the official SDK (azure-ai-ml 1.35.2) computes them over the same trees ------------------------------

PLAIN = {
    "score.py": b"def init(): pass\n",
    "lib/a.py": b"A",
    "lib.txt": b"x" * 10,
    "Lib2/B.py": b"",
    "ünïcode 100%.txt": b"\xff\x00",
}
IGNORING = {
    ".amlignore": b"*.pyc\n/build/\n!keep.pyc\ncache\n",
    ".gitignore": b"score.py\n",
    "score.py": b"s",
    "a.pyc": b"a",
    "sub/keep.pyc": b"k",
    "build/x": b"x",
    "sub/build/y": b"y",
    "cache/c": b"c",
    "sub/cache": b"c2",
}
GIT_IGNORING = {".gitignore": b"# c\n*.log\n", "a.log": b"l", "a.txt": b"t", "d/b.log": b"l"}


@pytest.mark.parametrize(
    ("files", "content_hash", "object_hash"),
    [
        (
            PLAIN,
            "2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8",
            "358427ee522c4ef5035b8691aec3a1e5ab5d3e5a5716e471d2f041815e242d74",
        ),
        (
            IGNORING,
            "3d1b4fb375ebf7b4493e9084846eac27604fe11366466a31cdc6eee2e2bbda14",
            "65670acb99bdca9a9dc56cbaf652a9328a675f9cd3791dd26af2a3d62d74da15",
        ),
        (
            GIT_IGNORING,
            "3806ed191192441431ba9777701726ab9d85e002dbe91a57018cbe58f5706730",
            "b6d77a9d28cc465bd43601cc60438040c9e9a822977de3730b8543bb92f12e20",
        ),
    ],
)
def test_folder_hashes_equal_the_sdk(
    tmp_path: Path, files: dict[str, bytes], content_hash: str, object_hash: str
) -> None:
    content = read(str(write_tree(tmp_path, files)), "path")

    assert content.content_hash == content_hash
    assert content.object_hash == object_hash


def test_hollow_folders_enter_the_object_hash_alone(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"a": b"1", "z/y": b"2"})
    (root / "hollow").mkdir()
    content = read(str(root), "path")

    assert content.content_hash == "62ca988fc058fc10a170ba83dfaf30d3e1fe7d62c3e88b18a5a63182d5e1f4e8"
    assert content.object_hash == "7c141b9936c91e80009def2da1597b2f316c10ebbbe4a0727872168edf4b3efe"


def test_links_are_followed_under_their_own_names(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"real/f.txt": b"f"})
    (root / "alias.txt").symlink_to("real/f.txt")
    (root / "linked").symlink_to("real")
    content = read(str(root), "path")

    assert [file.name for file in content.files] == ["alias.txt", "linked/f.txt", "real/f.txt"]
    assert content.content_hash == "bb0843095dd6e62841b576fcc07a160790cd5a8f0dbb18378795ae981b00938d"
    assert content.object_hash == "d9ea2bed1774250294d31f61324c334e4ffcbb56a5709589ece2f26abf831cb1"


def test_single_file_hashes_equal_the_sdk(tmp_path: Path) -> None:
    content = read(str(write_tree(tmp_path, {"model.npz": b"weights"}) / "model.npz"), "path")

    assert not content.is_folder
    assert content.content_hash == "09ff0506374deedebf1fe5b787c7e2aeba1223cad4137fdbbac1196b6f27889a"
    assert content.object_hash == "38b6d4ed68197a94f1a1efdb93af02476dd2445dadaa9df1ba9731a258d53075"


# -- which files count -----------------------------------------------------------------------------------------------


def test_name_is_that_of_the_link_and_survives_dots_and_slashes(tmp_path: Path) -> None:
    write_tree(tmp_path, {"release-42/score.py": b""})
    (tmp_path / "current").symlink_to("release-42")

    assert read(f"{tmp_path}/current/", "path").name == "current"
    assert read(f"{tmp_path}/release-42/../current/.", "path").name == "current"


def test_inner_ignore_files_have_no_say(tmp_path: Path) -> None:
    assert names(write_tree(tmp_path, {"a/.amlignore": b"*", "a/b": b""})) == ["a/.amlignore", "a/b"]


def test_ignore_file_may_begin_with_a_mark(tmp_path: Path) -> None:
    assert names(write_tree(tmp_path, {".amlignore": b"\xef\xbb\xbf*.log\r\n", "a.log": b""})) == [".amlignore"]


def test_file_readmitted_from_an_ignored_folder_counts_in_the_hash(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {".amlignore": b"build\n!build/keep\n", "build/keep": b"1", "build/x": b""})
    before = read(str(root), "path").object_hash
    (root / "build/keep").write_bytes(b"2")

    assert names(root) == [".amlignore", "build/keep"]
    assert read(str(root), "path").object_hash != before


def test_ignored_folder_is_not_entered(tmp_path: Path) -> None:
    write_tree(tmp_path, {".amlignore": b"loop\n", "a": b""})
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop/back").symlink_to("..")

    assert names(tmp_path) == [".amlignore", "a"]


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "complaint"),
    [({}, "holds no file"), ({".amlignore": b"*\n", "a": b""}, "everything in it is ignored")],
)
def test_nothing_to_upload(tmp_path: Path, files: dict[str, bytes], complaint: str) -> None:
    with pytest.raises(InvalidOption, match=complaint):
        read(str(write_tree(tmp_path, files)), "path")


def test_absent_path_is_named_with_its_option(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match=f"^path: cannot read {tmp_path}/nowhere. It does not exist"):
        read(f"{tmp_path}/nowhere", "path")


def test_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "lost").symlink_to("nowhere")

    with pytest.raises(InvalidOption, match=r"lost\. It is a link that leads nowhere"):
        read(str(tmp_path), "path")


def test_link_in_a_circle(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/b": b""})
    (tmp_path / "a/up").symlink_to("..")

    with pytest.raises(InvalidOption, match="a/up leads back to a folder above it"):
        read(str(tmp_path), "path")


def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InvalidOption, match="pipe is neither a file nor a folder"):
        read(str(tmp_path), "path")


def test_name_that_is_no_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))).write_bytes(b"")

    with pytest.raises(InvalidOption, match="is not UTF-8"):
        read(str(tmp_path), "path")


def test_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = read(str(write_tree(tmp_path, {"secret.bin": b"x"})), "path")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")  # as root every file can be read

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InvalidOption, match=r"secret.bin \(Permission denied\)"):
        str(content.content_hash)


def test_file_that_changes_meanwhile(tmp_path: Path) -> None:
    content = read(str(write_tree(tmp_path, {"a": b"1", "b": b"1"})), "path")
    content.require_unchanged()
    (tmp_path / "b").write_bytes(b"22")

    with pytest.raises(InvalidOption, match="b changed while"):
        content.require_unchanged()
