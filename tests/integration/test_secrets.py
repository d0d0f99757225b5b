"""No secret in what is printed at any verbosity, in files that others can read, or in the list of processes."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from .plays import processes
from .stories import DATA, deploy, job, score

# What a token, a signature, an account key and the signature of an operation URL look like.
SHAPES = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+|\bsig=[^*&\s]{6,}|[A-Za-z0-9+/]{86}==|mfeOperation\w+/\S+[?&][tcsh]=[^*&\s]{3,}"
)


class Watch:
    """Collects the arguments of all processes of a run."""

    def __init__(self, folder: Path) -> None:
        self.mark = f"RESULTS_FILE={folder / 'results'}"
        self.seen: set[str] = set()

    def __call__(self) -> bool:
        for pid in processes(self.mark):
            try:
                self.seen.add(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
        return False


def readable_by_others(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield path


def leaks(text: str, secret: str) -> list[str]:
    return ["the client secret"] * (secret in text) + SHAPES.findall(text)


@pytest.mark.parametrize("way", ["controller", "module"])
def test_no_secret_is_printed_written_or_shown(play, workspace, tmp_path, way):
    secret = workspace.settings["AZURE_SECRET"]
    by_option = {"azureml_connection": {"secret": secret}}
    no_variable = {"AZURE_SECRET": None, "AZURE_CLIENT_SECRET": None}
    watch = Watch(tmp_path)

    desired = {**deploy(), **score(job("one", dest=str(tmp_path / "rows")), batch_score_data=[DATA]), **by_option}
    desired["azureml_execution"] = way
    done = play("mlops.azureml.deploy_and_score", "-vvvv", "--diff", settings=no_variable, until=watch, **desired)
    assert done.status == 0, done.output
    desired = {**deploy(batch_deploy_endpoint={"name": "taken"}), **by_option, "azureml_execution": way}
    failed = play("mlops.azureml.deploy", "-vvvv", settings=no_variable, **desired)
    assert "unique within the region" in failed.message

    assert len(watch.seen) > (5 if way == "module" else 0)
    for text in (done.output, failed.output, *watch.seen):
        assert leaks(text, secret) == []
    for path in readable_by_others(tmp_path):
        assert leaks(path.read_text(errors="replace"), secret) == [], path


def test_the_shapes_of_secrets_are_known_here():
    operation = "https://arm/providers/x/locations/y/mfeOperationsStatus/be:1?api-version=2024-10-01&t=1&s=abcdef"
    key = "A" * 86 + "=="
    for text in ("Bearer eyJ0eXAiOiJKV1Q.abc.def", "https://blob/c?sv=1&sig=abc%2Fdef", f"AccountKey={key}", operation):
        assert leaks(text, "no secret") != []


def test_a_wrong_secret_is_not_printed_either(play, workspace):
    wrong = "planted-and-wrong-2f9c1e"
    refused = play("mlops.azureml.deploy", "-vvvv", settings={"AZURE_SECRET": wrong}, **deploy())
    assert "the client secret is refused" in refused.message
    assert leaks(refused.output, wrong) == []


@pytest.mark.as_module
def test_tokens_are_kept_for_their_owner_alone(play, deployed, tmp_path):
    play([{"name": "Look", "mlops.azureml.workspace_info": {}}]).well()
    folder = tmp_path / "home" / "cache" / "mlops.azureml"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    kept = list(folder.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert any(SHAPES.search(path.read_text()) for path in kept)
