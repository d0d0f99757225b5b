"""What is wrong with a script, in sentences: errors that its job would have, and warnings of what a cluster changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .outcome import Outcome
from .request import Request


@dataclass(frozen=True)
class Finding:
    """An error or a warning: `<what>: <why>. <what to do>.`"""

    is_error: bool
    text: str

    def __str__(self) -> str:
        return f"{'error' if self.is_error else 'warning'}: {self.text}"


_REMEDIES = {
    "ModuleNotFoundError": "Install the package here, and add it to the conda file",
    "ImportError": "Install the package here in the version of the conda file",
    "SyntaxError": "Correct the line",
    "FileNotFoundError": "Compare the path with the files below AZUREML_MODEL_DIR and in the input folder",
    "AttributeError": "Define init(), which loads the model, and run(files), which returns an item for each file",
    "BadReturn": "Return a list or a DataFrame that has an item for each file",
}
_WRITTEN = "{where} writes {path} into the {what}: {why}. Write below AZUREML_BI_OUTPUT_PATH or to a temporary folder."
_SENTENCES: dict[str, str] = {
    "outside": "{where} reads {path}, which is outside the inputs of the job: a cluster does not have it. Put it into "
    "the code folder or the model, or pass it as input.",
    "model_written": _WRITTEN.replace("{what}", "model").replace(
        "{why}", "all processes of a node share it, and nothing in it is kept"
    ),
    "input_written": _WRITTEN.replace("{what}", "input").replace("{why}", "a cluster mounts inputs read-only"),
    "fewer_items": "run() returned {returned} items for the {files} files of the mini batch of {first}: the job counts "
    "the rest as failed. Return an item for each file.",
    "line_breaks": "run() returned items with line breaks for the mini batch of {first}: one item becomes several "
    "lines of {predictions}. Replace the line breaks, for example by json.dumps().",
    "network": "{where} connects to {host}: a cluster without outbound access refuses it. Put what it reads into the "
    "model or the environment.",
    "slow": "run() took {seconds:.1f} s of the {limit:g} s that the mini batch of {first} may take: a slower node "
    "exceeds the limit. Lower mini_batch_size or raise the timeout of retry_settings.",
}


def findings(request: Request, outcome: Outcome, files: list[str]) -> list[Finding]:
    """Errors and warnings of a run, the errors first; `files` are the scored ones in their order."""
    errors = [*_failures(request, outcome), *_ended_processes(request, outcome, files)]
    warnings = [*_warnings(request, outcome), *_packages(request)]
    if outcome.failure is not None and outcome.failure.explanation and not errors:
        errors.append(f"{request.script}: {outcome.failure.explanation}. {_ending(outcome.failure.explanation)}.")
    is_lost = outcome.failure is not None or outcome.progress.failed_items > 0  # else another try succeeded
    return [
        *(Finding(is_lost, text) for text in dict.fromkeys(errors)),
        *(Finding(False, text) for text in dict.fromkeys(warnings)),
    ]


def _failures(request: Request, outcome: Outcome) -> Iterator[str]:
    """The exceptions of the script, each line of it once."""
    for one in _first_of_each(outcome.observations, lambda kind: kind == "failed"):
        remedy = _REMEDIES.get(one["type"], "The traceback is above")
        if one["type"] == "AttributeError" and "the entry script" not in one["error"]:
            remedy = "The traceback is above"
        where = one["where"] or request.script
        yield f"{where}: {one['function']} failed: {one['type']}: {_short(one['error'])}. {remedy}."


def _ended_processes(request: Request, outcome: Outcome, files: list[str]) -> Iterator[str]:
    """Attempts that the script did not answer: its process ended, or took too long."""
    answered = {f"{one['type']}: {one['error']}" for one in outcome.observations if one["kind"] == "failed"}
    seen = set()
    for index, error in outcome.failed_attempts:
        if error not in answered and error not in seen:
            seen.add(error)
            first = files[index * request.mini_batch_size]
            yield f"{request.script}: run() failed for the mini batch of {first}: {error}. {_ending(error)}."


def _ending(error: str) -> str:
    """What to do about a process that ended or was too slow."""
    if "SIGKILL" in error:
        return "It may have used too much memory: lower mini_batch_size"
    if "was killed by" in error:
        return "Native code crashed: compare the versions of its packages with the conda file"
    if "took longer than" in error:
        return "Make it faster, lower mini_batch_size or raise the time limit"
    return "Let the script raise an exception instead of ending its process"


def _warnings(request: Request, outcome: Outcome) -> Iterator[str]:
    for one in _first_of_each(outcome.observations, lambda kind: kind in _SENTENCES):
        about = {**one, "where": one["where"] or request.script, "predictions": request.output_file_name}
        yield _SENTENCES[one["kind"]].format_map(about)


def _packages(request: Request) -> Iterator[str]:
    if request.missing_packages:
        yield (
            f"this Python lacks {', '.join(request.missing_packages)} of the conda file: the script may go another way "
            "on a cluster. Install the packages here."
        )


def _first_of_each(observations: list[dict[str, Any]], selects: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """The first observation of each kind and line of the script."""
    seen = set()
    for one in observations:
        key = (one["kind"], one["where"], one.get("type"))
        if selects(one["kind"]) and key not in seen:
            seen.add(key)
            yield one


def _short(text: str) -> str:
    """The first line of an error, without a full stop."""
    return next(iter(text.strip().splitlines()), "").rstrip(".") or "no message"
