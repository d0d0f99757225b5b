"""Every step of the article, through single modules: what each makes, and the rows that come out of each job."""

from __future__ import annotations

from pathlib import Path

from .stories import BLUE_ROWS, FILES, GREEN_ROWS

AUDIENCES = ("management", "scoring")  # a token of its own for each, kept between the tasks
ARTICLE = str(Path(__file__).with_name("article.yml"))


def test_every_step_of_the_article(play, workspace):
    played = play(ARTICLE, files=str(FILES)).well()

    fetched = {
        one.item: one.result["batch_job_results"] for one in played.results if one.task == "Fetch the predictions"
    }
    rows = {job: {row["page"]: int(row["words"]) for row in results["rows"]} for job, results in fetched.items()}
    assert rows == {**dict.fromkeys(("folder", "version", "latest", "legacy"), BLUE_ROWS), "other": GREEN_ROWS}
    assert fetched["latest"]["files"][0]["name"] == "mine.csv"
    chosen = played.result("Invoke with the data asset by version, to a place that nobody else has")["batch_job"]
    assert fetched["version"]["location"] == chosen["outputs"]["score"]["path"]

    [datastore] = played.result("Default datastore and its storage")["datastores"]
    assert datastore["is_default"]
    assert datastore["account_name"]
    default = played.result("Default deployment")["batch_endpoint"]
    assert default["defaults"] == {"deployment_name": "blue"}
    assert default["scoring_uri"].endswith("/jobs")
    assert len(workspace.invokes) == len(fetched)
    tokens = [one for one in workspace.journal if one.path.endswith("/token")]
    assert len(tokens) == len(AUDIENCES)
    assert not [path for path in workspace.current if path.startswith("batchEndpoints/")]
