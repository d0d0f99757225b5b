# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of the info modules of assets, on a small table."""

from __future__ import annotations

import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import Filter, TagFilter
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_type import ASSET_NAME, AssetType
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Output
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import ARM, WORKSPACE, Call, Run, error, get

SONG = AssetType(
    name="song",
    plural="songs",
    label="song",
    path="songs/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    outputs=(Output("key", at="properties.key"),),
    container_outputs=(Output("style", at="properties.style"),),
)
FILTERS = (TagFilter("tags", "tags"), Filter("hash", "hash"))
songs = types.SimpleNamespace(main=lambda: _module.run(AssetInfo(SONG, FILTERS)))
unseen = types.SimpleNamespace(main=lambda: _module.run(AssetInfo(SONG, view=False)))
NEWEST = {"$orderBy": "createdtime desc", "$top": "1"}
UNKNOWN = error("UserError", "Song container with name: blues not found.")


def version(number: str, name: str = "blues", **tags: str) -> dict[str, Any]:
    properties = {"key": "E", "tags": tags or None}
    return {"id": f"{WORKSPACE}/songs/{name}/versions/{number}", "name": number, "properties": properties}


def shown(number: str) -> dict[str, Any]:
    return {"id": f"{WORKSPACE}/songs/blues/versions/{number}", "name": "blues", "version": number, "key": "E"}


def test_names_over_all_pages(run: Run) -> None:
    def container(name: str, **properties: Any) -> dict[str, Any]:
        return {"id": f"{WORKSPACE}/songs/{name}", "name": name, "properties": properties}

    blues = container("blues", latestVersion="2", nextVersion="3", tags={"a": "b"}, style="slow", isArchived=False)
    empty = container("waltz", latestVersion=None, nextVersion="1", description="", tags=None, isArchived=True)
    link = f"{ARM}{WORKSPACE}/songs?api-version=2024-10-01&listViewType=All&$skipToken=H4sI"
    pages = [
        get("songs", {"value": [blues], "nextLink": link}, listViewType="All"),
        get("songs", {"value": [empty]}, **{"listViewType": "All", "$skipToken": "H4sI"}),
    ]
    first, second = run(songs, {"list_view": "all"}, *pages)["songs"]

    assert first == {
        "id": f"{WORKSPACE}/songs/blues",
        "name": "blues",
        "latest_version": "2",
        "next_version": "3",
        "description": None,
        "tags": {"a": "b"},
        "properties": {},
        "archived": False,
        "style": "slow",
    }
    assert (second["name"], second["latest_version"], second["archived"], second["tags"]) == ("waltz", None, True, {})


def test_versions_of_a_name(run: Run) -> None:
    listed = get("songs/blues/versions", {"value": [version("2"), version("1")]}, listViewType="ActiveOnly")
    assert run(songs, {"name": "blues"}, listed)["songs"] == [shown("2"), shown("1")]


@pytest.mark.parametrize(
    ("said", "asked"), [("active", "ActiveOnly"), ("archived", "ArchivedOnly"), ("all", "All"), (None, "ActiveOnly")]
)
def test_view_is_always_sent_as_its_default_is_not_known(run: Run, said: str | None, asked: str) -> None:
    assert (
        run(songs, {"list_view": said} if said else {}, get("songs", {"value": []}, listViewType=asked))["songs"] == []
    )


def test_service_without_views_is_asked_for_none(run: Run) -> None:
    assert run(unseen, {}, get("songs", {"value": []}))["songs"] == []
    assert run(unseen, {"name": "blues"}, get("songs/blues/versions", {"value": []}))["songs"] == []


def test_one_version(run: Run) -> None:
    found = run(songs, {"name": "blues", "version": "1"}, get("songs/blues/versions/1", version("1")))
    assert found["songs"] == [shown("1")]


def test_latest_is_the_first_of_the_newest(run: Run) -> None:
    several = {"value": [version("2"), version("9")]}  # should the service take $top for the size of a page
    found = run(songs, {"name": "blues", "label": "latest"}, get("songs/blues/versions", several, **NEWEST))
    assert found["songs"] == [shown("2")]


@pytest.mark.parametrize(
    ("task", "call"),
    [
        ({"version": "7"}, get("songs/blues/versions/7")),
        ({"label": "latest"}, get("songs/blues/versions", **NEWEST)),
        ({}, Call("GET", "songs/blues/versions", 404, UNKNOWN, {"listViewType": "ActiveOnly"})),
    ],
)
def test_what_is_not_there_gives_an_empty_list(run: Run, task: dict[str, Any], call: Call) -> None:
    assert run(songs, {"name": "blues", **task}, call)["songs"] == []


def test_wrong_workspace_is_no_empty_list(run: Run) -> None:
    absent = error("ParentResourceNotFound", "Parent resource 'ws1' not found.")
    gateway = Call(
        "GET", "songs/blues/versions", 404, absent, {"listViewType": "ActiveOnly"}, {"x-ms-failure-cause": "gateway"}
    )
    assert "Parent resource 'ws1' not found." in run(songs, {"name": "blues"}, gateway)["msg"]


@pytest.mark.parametrize(
    ("tags", "numbers"),
    [(["team"], ["3", "2"]), (["team=vision"], ["2"]), (["team=vision", "done"], []), (["team="], [])],
)
def test_tags_are_matched_here_too(run: Run, tags: list[str], numbers: list[str]) -> None:
    current = [version("3", team="sound"), version("2", team="vision"), version("1")]
    listed = get("songs/blues/versions", {"value": current}, listViewType="ActiveOnly", tags=",".join(tags))
    found = run(songs, {"name": "blues", "tags": tags}, listed)
    assert [song["version"] for song in found["songs"]] == numbers


@pytest.mark.parametrize(
    ("count", "numbers"), [(1, ["9"]), (2, ["9", "8"]), (3, ["9", "8", "7"]), (9, ["9", "8", "7"])]
)
def test_the_newest(run: Run, count: int, numbers: list[str]) -> None:
    """Pages that are not needed are not asked for."""
    order = {"listViewType": "ActiveOnly", "$orderBy": "createdtime desc"}
    following = f"{ARM}{WORKSPACE}/songs/blues/versions?api-version=2024-10-01&$skipToken=x"
    first = get("songs/blues/versions", {"value": [version("9"), version("8")], "nextLink": following}, **order)
    second = get("songs/blues/versions", {"value": [version("7")]}, **{"$skipToken": "x"})
    found = run(songs, {"name": "blues", "newest": count}, *([first] if count < 3 else [first, second]))
    assert [song["version"] for song in found["songs"]] == numbers


def test_search_by_hash_leaves_out_other_names(run: Run) -> None:
    hits = {"value": [version("1", "waltz"), version("2")]}
    listed = get("songs/blues/versions", hits, listViewType="ActiveOnly", hash="0a")
    assert run(songs, {"name": "blues", "hash": "0a"}, listed)["songs"] == [shown("2")]


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"version": "1"}, "missing parameter(s) required by 'version': name"),
        ({"label": "latest"}, "missing parameter(s) required by 'label': name"),
        ({"tags": ["a"]}, "missing parameter(s) required by 'tags': name"),
        ({"name": "blues", "version": "1", "label": "latest"}, "mutually exclusive: version|label"),
        ({"name": "blues", "version": "1", "list_view": "all"}, "mutually exclusive: version|list_view"),
        ({"name": "blues", "label": "latest", "tags": ["a"]}, "mutually exclusive: label|tags"),
        ({"newest": 2}, "missing parameter(s) required by 'newest': name"),
        ({"name": "blues", "newest": 0}, "newest: 0 is too small: the smallest value is 1"),
        ({"name": "blues", "newest": 2, "label": "latest"}, "mutually exclusive: label|newest"),
        ({"name": "a/b"}, "'a/b' cannot be the name of a song"),
        ({"name": "blues", "version": "1/2"}, "'1/2' cannot be a version"),
        ({"name": "blues", "tags": ["a,b"]}, "tags: 'a,b' cannot be filtered by"),
        ({"name": "blues", "tags": ["=b"]}, "tags: '=b' cannot be filtered by"),
    ],
)
def test_what_would_be_ignored_is_refused(run: Run, task: dict[str, Any], complaint: str) -> None:
    assert complaint in run(songs, task)["msg"]


def test_query_is_applied_last(run: Run) -> None:
    listed = get("songs/blues/versions", {"value": [version("2"), version("1")]}, listViewType="ActiveOnly")
    assert run(songs, {"name": "blues", "query": "[].version"}, listed)["songs"] == ["2", "1"]
