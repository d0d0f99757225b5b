"""The comparers see what is wrong: a replay that could not fail would prove nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .replays.compare import differences
from .replays.outline import Outline
from .replays.shape import Recorded

PROPERTIES = {"n": 1, "on": True, "none": None, "list": [{"a": "b"}], "at": "2026-01-02T03:04:05Z"}
BODY = {"id": "/x/1", "properties": PROPERTIES}
EXPECTED = {
    "status": 200,
    "headers": {"Location": "https://host/<guid>"},
    "body": {**BODY, "properties": {**PROPERTIES, "at": "<time>"}},
}
LOCATION = "https://host/0e8c2f9a-0000-4000-8000-00000000000a"


def answer(status: int = 200, location: str | None = LOCATION, **changes: Any) -> httpx.Response:
    properties = {**PROPERTIES, **changes}
    body = {**BODY, "properties": {key: value for key, value in properties.items() if value != "gone"}}
    return httpx.Response(status, json=body, headers={"Location": location} if location else {})


def found(response: httpx.Response) -> tuple[list[str], list[str]]:
    """What each comparer finds."""
    recorded = Recorded({"status": 200, "headers": {"Location": LOCATION}, "body": BODY})
    return differences(EXPECTED, response), list(recorded.differences(response))


def test_ids_and_times_may_differ() -> None:
    other = answer(location="https://host/11111111-0000-4000-8000-00000000000b", at="2031-01-01T00:00:00.1234567+00:00")
    assert found(other) == ([], [])


@pytest.mark.parametrize(
    "changed",
    [
        answer(status=201),
        answer(location=None),
        answer(location="https://other/0e8c2f9a-0000-4000-8000-00000000000a"),
        answer(n="1"),
        answer(n=2),
        answer(on=1),
        answer(none={}),
        answer(none="gone"),
        answer(more=1),
        answer(list=[]),
        answer(list=[{"a": "c"}]),
        answer(at="yesterday"),
    ],
)
def test_everything_else_is_seen(changed: httpx.Response) -> None:
    by_case, by_figure = found(changed)
    assert by_case
    assert by_figure


def test_what_was_a_workspaces_own_is_free_and_a_trimmed_answer_shows_a_part() -> None:
    recorded = {"status": 200, "body": {"properties": {"n": 7}}}
    assert list(Recorded(recorded, frozenset({"body.properties.n"}), trimmed=True).differences(answer())) == []
    assert list(Recorded(recorded, trimmed=True).differences(answer())) == ["body.properties.n is 1, recorded was 7"]


def some(items: list[Any]) -> httpx.Response:
    return httpx.Response(200, json={"value": items})


@pytest.mark.parametrize(("items", "is_right"), [("abc", True), ("xaxbxc", True), ("acb", False), ("ab", False)])
def test_of_a_list_with_more_all_items_must_be_there_in_their_order(items: str, is_right: bool) -> None:
    expected = {"status": 200, "body": {"value": ["a", "b", "c", "<more>"]}}
    recorded = Recorded({"status": 200, "body": {"value": ["a", "b", "c"]}}, trimmed=True)
    assert (differences(expected, some(list(items))) == []) is is_right
    assert (list(recorded.differences(some(list(items)))) == []) is is_right


DESCRIBED = {"status": [200, 201], "headers": {"Location": "x"}, "body": {"id": "x", "n": 1, "list": [{"a": "b"}]}}


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, {"id": "y", "n": 7, "list": [{"a": "c"}], "more": 1}, ""),
        (201, {"id": None, "n": 7, "list": [{"a": "c"}]}, ""),
        (202, {"id": "y", "n": 7, "list": [{"a": "c"}]}, "status 202"),
        (200, {"id": "y", "list": [{"a": "c"}]}, "body.n is missing"),
        (200, {"id": "y", "n": "7", "list": [{"a": "c"}]}, "body.n is '7'"),
        (200, {"id": "y", "n": 7, "list": [{}]}, "body.list[0].a is missing"),
        (200, {"id": "y", "n": 7, "list": []}, "body.list is empty"),
    ],
)
def test_an_outline_has_shape_and_no_values(status: int, body: Any, says: str) -> None:
    found = Outline((DESCRIBED,)).differences(httpx.Response(status, json=body, headers={"Location": "y"}))
    assert [one.startswith(says) for one in found] == ([True] if says else [])


def test_an_outline_knows_texts_alternatives_and_what_is_absent() -> None:
    refused = httpx.Response(403, text="Audiences in Jwt are not allowed")
    described = {"status": 401, "message": "Audiences in JWT are not allowed"}
    assert Outline((described,)).differences(refused) == ["status 403: Audiences in Jwt are not allowed"]
    assert Outline((described, {"status": 403}), status=None).differences(refused) == []
    assert Outline((described,), status=403).differences(refused) == []
    assert Outline(({"message": "other", "status": None},)).differences(refused) != []
    bare = httpx.Response(200, json={"n": 1, "list": [{"a": "b"}]})
    assert len(Outline((DESCRIBED,)).differences(bare)) == 2
    assert Outline((DESCRIBED,), frozenset({"Location", "body.id"})).differences(bare) == []
