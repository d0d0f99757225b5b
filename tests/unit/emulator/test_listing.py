"""Pages, views and lag of lists (asset contract 1.6)."""

from __future__ import annotations

MODEL = {"properties": {"modelUri": "https://a/c/x"}}


def fill(workspace, count):
    for number in range(count):
        assert workspace.send("PUT", f"models/m/versions/{number}", MODEL).status_code == 201


def test_pages_are_linked_and_the_last_one_is_not(workspace):
    fill(workspace, 50)
    page = workspace.get("models/m/versions", listViewType="ActiveOnly")
    sizes, names = [], []
    while True:
        sizes.append(len(page["value"]))
        names += [item["name"] for item in page["value"]]
        if "nextLink" not in page:
            break
        assert "&listViewType=ActiveOnly&$skipToken=" in page["nextLink"]
        page = workspace.follow(page["nextLink"]).json()
    assert sizes == [20, 20, 10]
    assert names == [str(number) for number in reversed(range(50))]


def test_a_broken_continuation_token_is_refused(workspace):
    fill(workspace, 1)
    assert workspace.send("GET", "models/m/versions", _skipToken="nonsense").status_code == 400


def test_order_can_be_turned_and_only_by_time(workspace):
    fill(workspace, 3)
    names = [item["name"] for item in workspace.get("models/m/versions", _orderBy="createdtime asc")["value"]]
    assert names == ["0", "1", "2"]
    assert workspace.send("GET", "models/m/versions", _orderBy="name").status_code == 400


def test_the_version_filter_finds_one(workspace):
    fill(workspace, 3)
    assert [item["name"] for item in workspace.get("models/m/versions", version="1")["value"]] == ["1"]


def test_lists_lag_behind_writes_and_gets_do_not(workspace):
    workspace.policy(list_lag="30")
    fill(workspace, 1)
    assert workspace.get("models/m/versions") == {"value": []}
    assert workspace.get("models/m/versions/0")["name"] == "0"
    workspace.wait(31)
    assert len(workspace.get("models/m/versions")["value"]) == 1


def test_a_search_by_hash_lags_as_lists_do(workspace):
    workspace.policy(list_lag="30")
    marked = {"codeUri": "https://localhost:10000/account/c/one", "properties": {"hash_sha256": "x"}}
    workspace.send("PUT", "codes/a/versions/1", {"properties": marked})
    assert workspace.get("codes/a/versions", hash="x")["value"] == []
    workspace.wait(31)
    assert len(workspace.get("codes/a/versions", hash="x")["value"]) == 1


def test_model_containers_come_in_order_of_making_and_environments_newest_first(workspace):
    for name in ("a", "b"):
        workspace.send("PUT", f"models/{name}/versions/1", MODEL)
        workspace.send("PUT", f"environments/{name}/versions/1", {"properties": {"image": "i"}})
    assert [item["name"] for item in workspace.get("models")["value"]] == ["a", "b"]
    assert [item["name"] for item in workspace.get("environments")["value"]] == ["b", "a"]
