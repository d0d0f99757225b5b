# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.inputs_outputs import (
    body_of_2021,
    current_body,
    parse_inputs,
    parse_outputs,
)
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.data_modes import DATA_TYPES

WORKSPACE = WorkspaceId("s0", "rg1", "ws1")
ASSET = f"{WORKSPACE.path}/data/inbox/versions/3"
LONG = "azureml://subscriptions/s0/resourcegroups/rg1/workspaces/ws1"
SHORT_OUTPUT = "azureml://datastores/store/paths/scores/today.csv"


def one_input(**words: Any) -> Any:
    [item] = parse_inputs({"x": words})
    return item.with_content()


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("https://account.blob.core.windows.net/c/p", "https://account.blob.core.windows.net/c/p"),
        ("azureml://datastores/store/paths/p", "azureml://datastores/store/paths/p"),
        (f"{LONG}/datastores/store/paths/p", f"{LONG}/datastores/store/paths/p"),
        (f"azureml:{WORKSPACE.path}/datastores/store/paths/p", f"azureml:{WORKSPACE.path}/datastores/store/paths/p"),
        (ASSET, f"{LONG}/data/inbox/versions/3"),
        (f"azureml:{ASSET}", f"{LONG}/data/inbox/versions/3"),
        (f"{LONG}/data/inbox/versions/3", f"{LONG}/data/inbox/versions/3"),
    ],
)
def test_paths_as_the_scoring_host_takes_them(path: str, uri: str) -> None:
    assert one_input(path=path).uri == uri


@pytest.mark.parametrize(
    ("path", "is_asset"),
    [
        ("azureml:inbox:3", True),
        ("azureml:inbox@latest", True),
        (ASSET, True),
        (f"azureml:{ASSET}", True),
        ("azureml://datastores/store/paths/p", False),
        (f"azureml:{WORKSPACE.path}/datastores/store/paths/p", False),
        ("azureml://registries/r/data/inbox/versions/1", False),
        ("https://h/azureml:x", False),
    ],
)
def test_data_assets_are_distinguished_from_paths(path: str, is_asset: bool) -> None:
    assert one_input(path=path).is_asset is is_asset


@pytest.mark.parametrize(("kind", "sent"), [*DATA_TYPES.items()])
def test_outputs_have_the_types_of_inputs(kind: str, sent: str) -> None:
    [output] = parse_outputs({"x": {"path": "azureml://datastores/store/paths/a/b", "type": kind}}, WORKSPACE)
    assert output.json()["jobOutputType"] == sent
    assert output.below("key").place.path == ("a/key/b" if kind == "uri_file" else "a/b/key")


def test_the_default_type_is_that_of_the_asset() -> None:
    assert one_input(path="azureml:inbox:3").found(ASSET, "uri_file", WORKSPACE).json()["jobInputType"] == "UriFile"
    assert (
        one_input(path="azureml:inbox:3", type="mltable").found(ASSET, "uri_file", WORKSPACE).json()["jobInputType"]
        == "MLTable"
    )
    assert one_input(path="https://h/p").json()["jobInputType"] == "UriFolder"


def test_a_data_asset_is_shown_as_the_task_writes_it() -> None:
    assert one_input(path="azureml:inbox@latest").found(ASSET, None, WORKSPACE).shown()["path"] == "azureml:inbox:3"
    other = WorkspaceId("s0", "rg1", "other")
    assert one_input(path=ASSET).found(ASSET, None, other).shown()["path"] == ASSET
    assert one_input(path="azureml:inbox@latest").found(ASSET, None, WORKSPACE).uri == f"{LONG}/data/inbox/versions/3"


@pytest.mark.parametrize(
    ("value", "text"), [("append", "append"), (3, "3"), (0.5, "0.5"), (True, "true"), ([1, "a"], '[1, "a"]')]
)
def test_literals_travel_as_text(value: Any, text: str) -> None:
    assert one_input(value=value).json() == {"jobInputType": "Literal", "value": text}
    assert one_input(value=value, type="literal").json()["value"] == text


def test_modes() -> None:
    assert one_input(path="https://h/p", mode="download").json()["mode"] == "Download"
    [output] = parse_outputs({"score": {"path": SHORT_OUTPUT, "mode": "upload"}}, WORKSPACE)
    assert output.json() == {"jobOutputType": "UriFile", "uri": SHORT_OUTPUT, "mode": "Upload"}


def test_what_is_shown_has_no_signature() -> None:
    assert one_input(path="https://h/p?sig=x").shown() == {"type": "uri_folder", "path": "https://h/p"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"path": "no/such/images"}, "does not exist where the task runs"),
        ({"path": "azureml//datastores/x"}, "does not exist where the task runs"),
        ({"path": "azureml://datastores/store/images"}, "no /paths/ part"),
        ({"path": 3}, "data has a path"),
        ({}, "data has a path"),
        ({"type": "uri_folder", "value": "x"}, "data has a path"),
        ({"type": "literal"}, "a literal has a value"),
        ({"type": "literal", "value": "x", "path": "https://h/p"}, "a literal has a value"),
        ({"type": "folder", "path": "https://h/p"}, "'folder' is none of uri_file"),
        ({"path": "https://h/p", "mode": "mount"}, "'mount' is none of ro_mount"),
        ({"uri": "https://h/p"}, "it consists of mode, path, type, value, found uri"),
    ],
)
def test_inputs_that_cannot_be(words: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as caught:
        one_input(**words)
    assert "inputs.x" in str(caught.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "is no path in a datastore"),
        ({"path": "https://account.blob.core.windows.net/c/p.csv"}, "is no path in a datastore"),
        ({"path": "azureml://datastores/store/paths/"}, "is no path in a datastore"),
        ({"path": SHORT_OUTPUT, "type": "literal"}, "'literal' is none of uri_file, uri_folder"),
    ],
)
def test_outputs_that_cannot_be(words: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        parse_outputs({"score": words}, WORKSPACE)


def test_a_text_in_place_of_a_dict_is_refused() -> None:
    with pytest.raises(InvalidOption, match=r"inputs.x: it consists of .* found a str"):
        parse_inputs({"x": "azureml:inbox:3"})


@pytest.mark.parametrize(
    "path",
    [
        SHORT_OUTPUT,
        "azureml://subscriptions/S0/resourceGroups/RG1/workspaces/ws1/datastores/store/paths/scores/today.csv",
        f"azureml:{WORKSPACE.path}/datastores/store/paths/scores/today.csv",
    ],
)
def test_outputs_of_this_workspace_are_sent_in_the_documented_form(path: str) -> None:
    [output] = parse_outputs({"score": {"path": path}}, WORKSPACE)
    assert output.json()["uri"] == SHORT_OUTPUT


def test_outputs_of_another_workspace_stay_there() -> None:
    path = "azureml://subscriptions/s0/resourcegroups/rg1/workspaces/other/datastores/store/paths/p.csv"
    [output] = parse_outputs({"score": {"path": path}}, WORKSPACE)
    assert output.json()["uri"] == path


def test_the_current_body_names_outputs_only_when_there_are_some() -> None:
    inputs = parse_inputs({"x": {"path": "https://h/p"}})
    assert current_body(inputs, []) == {"inputData": {"x": {"jobInputType": "UriFolder", "uri": "https://h/p"}}}


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        (ASSET, {"dataInputType": "DatasetVersion", "datasetName": "inbox", "datasetVersion": "3"}),
        ("https://h/p", {"dataInputType": "DataUrl", "path": "https://h/p"}),
        (
            "azureml://datastores/store/paths/p",
            {"dataInputType": "DataUrl", "path": "azureml://datastores/store/paths/p"},
        ),
    ],
)
def test_the_data_set_of_2021(path: str, dataset: dict[str, Any]) -> None:
    assert body_of_2021(parse_inputs({"x": {"path": path}}), [], WORKSPACE) == {"dataset": dataset}


def test_the_output_of_2021() -> None:
    inputs, store = parse_inputs({"x": {"path": "https://h/p"}}), f"{WORKSPACE.path}/datastores/store"
    file = body_of_2021(inputs, parse_outputs({"o": {"path": SHORT_OUTPUT}}, WORKSPACE), WORKSPACE)
    assert file["outputDataset"] == {"datastoreId": store, "path": "scores"}
    assert file["outputFileName"] == "today.csv"
    folder = {"path": "azureml://datastores/store/paths/scores/", "type": "uri_folder"}
    body = body_of_2021(inputs, parse_outputs({"o": folder}, WORKSPACE), WORKSPACE)
    assert body["outputDataset"] == {"datastoreId": store, "path": "scores"}
    assert "outputFileName" not in body


@pytest.mark.parametrize(
    "inputs", [{}, {"x": {"value": "v"}}, {"x": {"path": "https://h/p"}, "y": {"path": "https://h/p"}}]
)
def test_what_the_form_of_2021_cannot_express(inputs: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption, match="exactly one data input"):
        body_of_2021(parse_inputs(inputs), [], WORKSPACE)


def test_parsing_reads_no_file() -> None:
    [item] = parse_inputs({"x": {"path": "no/such/images", "type": "uri_file"}})
    assert item.is_local
    assert item.files is None


def test_local_files_have_a_path_that_their_content_determines(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    item = one_input(path=str(tmp_path / "in"))
    assert item.path.startswith("LocalUpload/")
    assert item.path.endswith("/in")
    assert item.shown() == {"type": "uri_folder", "path": item.path}
    placed = item.uploaded("store")
    assert placed.shown()["path"] == f"azureml://datastores/store/paths/{item.path}"
    assert placed.uri == f"{placed.path}/"
    (tmp_path / "in" / "a.txt").write_text("b")
    assert one_input(path=str(tmp_path / "in")).path != item.path


@pytest.mark.parametrize(
    ("kind", "path", "below"),
    [
        ("uri_file", "scores/today.csv", "scores/k/today.csv"),
        ("uri_file", "today.csv", "k/today.csv"),
        ("uri_folder", "scores", "scores/k"),
    ],
)
def test_an_output_of_the_key_alone_is_beside_the_path_of_the_task(kind: str, path: str, below: str) -> None:
    [output] = parse_outputs({"y": {"path": f"azureml://datastores/store/paths/{path}", "type": kind}}, WORKSPACE)
    assert output.below("k").place.path == below
