"""Figures: recorded request and response pairs kept beside the repository, sent to the emulator as they are.

What a figure calls its subscription, its hosts and its region is translated; ids, times and names of users are masked.
The case of the same name says what must exist before, which parts of the answer were another workspace's own (`free`)
and whether the figure shows only a part of the answer (`trimmed`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from .replay import DEFAULT_VERSION, HERE, SECONDS_OF_AN_OPERATION, Stage
from .shape import Recorded
from .translate import Translator

_OPERATION = re.compile("Operation|/operations/|^<Location>$")
"""What the URL of an operation has in a figure."""
SENT = re.compile("azureml-|x-ms-meta-|x-ms-blob-type|If-None-Match")
"""Headers of a recorded request that mean something to the service."""

# Names for a case that a figure has in its body.
_NAMES_IN_BODIES = {
    "model_uri": "modelUri",
    "data_uri": "dataUri",
    "code_uri": "codeUri",
    "conda": "condaFile",
    "image": "image",
}


def load_figures(folder: Path) -> dict[str, Any]:
    """All figures by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/*.json"))}


def find(folder: Path) -> dict[str, Any]:
    """The figures whose response was recorded, by name."""
    return {name: figure for name, figure in load_figures(folder).items() if figure.get("response_recorded", True)}


def load_exceptions() -> dict[str, dict[str, str]]:
    """Recorded figures that cannot be replayed: why, and the case that shows the same on what the emulator serves."""
    exceptions: dict[str, dict[str, str]] = json.loads((HERE / "exceptions.json").read_text(encoding="utf-8"))
    return exceptions


class Figure:
    """One figure, sent to an emulator in which its case has been prepared."""

    def __init__(self, figure: Mapping[str, Any], case: Mapping[str, Any], stage: Stage) -> None:
        self._case = case
        self._stage = stage
        self._figure = Translator(stage.words, case.get("workspace", stage.words["ws"])).translated(figure)
        self._first = case["exchange"][0]["request"]
        self._words = stage.prepare(case, {**case.get("names", {}), **self._names()})
        self._figure = _with(self._figure, self._own_words())

    def differences(self) -> Iterator[str]:
        """Where an answer has not the recorded shape."""
        if before := self._figure.get("before"):
            yield from self._compare(before["response"], self._send(before["request"]))
        requests, responses = self._figure["request"], self._figure["response"]
        if isinstance(requests, list):
            for request, response in zip(requests, responses, strict=True):
                yield from self._compare(response, self._send(request))
            return
        if "OperationsStatus/" in requests["url"]:
            first = self._stage.send(self._first, self._words)
            answer = self._stage.follow(first.headers["Azure-AsyncOperation"])
        else:
            first = answer = self._send(requests)
        yield from self._compare(self._figure["response"], answer)
        for response, later in self._later(first):
            yield from self._compare(response, later)

    def _compare(self, recorded: Mapping[str, Any], answer: httpx.Response) -> Iterator[str]:
        free, trimmed = frozenset(self._case.get("free", [])), bool(self._case.get("trimmed"))
        return Recorded(recorded, free, trimmed).differences(answer)

    def _later(self, first: httpx.Response) -> Iterator[tuple[Any, httpx.Response]]:
        """What a figure shows after its first answer, each with what the emulator answers."""
        passed = 0
        for step in self._figure.get("lro") or self._figure.get("poll") or []:
            response = step.get("response", step)
            seconds, passed = step.get("after_s", 0) - passed, step.get("after_s", 0)
            if not _goes_on(response):
                self._stage.wait(max(seconds, SECONDS_OF_AN_OPERATION))
            url = step.get("request", {}).get("url", "mfeOperations")
            if _OPERATION.search(url):
                operation = first.headers.get("Azure-AsyncOperation") or first.headers["Location"]
                yield response, self._stage.follow(operation)
            else:
                yield response, self._send(step["request"])
        if then := self._figure.get("then"):
            self._stage.wait(SECONDS_OF_AN_OPERATION)
            if "id" in then["body"]:
                url = self._figure["request"]["url"]
                yield then, self._send({"method": "GET", "url": url})
            else:
                yield then, self._stage.follow(first.headers["Azure-AsyncOperation"])
        for step in self._figure.get("steps", []):
            if not step["request"]["url"].startswith("https://<account>"):
                yield step["response"], self._send(step["request"])

    def _send(self, request: Mapping[str, Any]) -> httpx.Response:
        url, body = request["url"], request.get("body")
        url = re.sub("(?<=api-version=)<[^>]*>", self._first.get("version", DEFAULT_VERSION), url)
        sent = {name: text for name, text in request.get("headers", {}).items() if SENT.match(name)}
        step: dict[str, Any] = {"method": request["method"], "path": url, "headers": sent}
        if body == "<bytes>":
            step["content"] = "abc"
        elif body is not None:
            step["body"] = body
        if url.startswith(self._words["scoring"]):
            step["token"] = "scoring"
        elif "sig=" in url:
            step["token"] = "none"
        return self._stage.send(step, self._words)

    def _names(self) -> dict[str, str]:
        """What the figure calls the things that its case names."""
        request = self._figure["request"]
        if isinstance(request, list):
            return {}
        names = dict(self._names_in_url(request["url"]))
        if deployment := request.get("headers", {}).get("azureml-model-deployment"):
            names |= {"deployment": deployment, "endpoint": request["url"].split("/")[3].partition(".")[0]}
        properties = (request.get("body") or {}).get("properties") or {}
        names |= {name: properties[key] for name, key in _NAMES_IN_BODIES.items() if key in properties}
        for step in self._figure.get("steps", []):
            path = step["request"]["url"].split("/")
            if path[-1] == "children":
                names["job"] = path[-2]
        return names

    def _own_words(self) -> dict[str, str]:
        """What only the prepared emulator knows, for texts of the figure."""
        storage = "https://examplesa.blob.core.windows.net/<container>"
        if "child" in self._words:
            return {self._figure["request"]["body"]["runId"]: self._words["child"]}
        return {storage: self._words.get("sas_uri_base", storage), "<sas>": self._words.get("sas_uri_query", "<sas>")}

    def _names_in_url(self, url: str) -> Iterator[tuple[str, str]]:
        if not url.startswith(f"{self._stage.management}{self._stage.workspace}/"):
            return
        template, _mark, query = self._first["path"].partition("?")
        below = url.partition("?")[0].removeprefix(f"{self._stage.management}{self._stage.workspace}/")
        for word, text in zip(template.split("/"), below.split("/"), strict=False):
            if word.startswith("{"):
                yield word[1:-1], text
        sent = dict(parse_qsl(urlsplit(url).query))
        for name, word in parse_qsl(query):
            if word.startswith("{"):
                yield word[1:-1], sent[name]


def _with(value: Any, words: Mapping[str, str]) -> Any:
    """A document with these texts replaced wherever they occur."""
    text = json.dumps(value)
    for old, new in words.items():
        text = text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
    return json.loads(text)


def _goes_on(response: Mapping[str, Any]) -> bool:
    """Whether an operation had not ended when this was answered."""
    body = response.get("body")
    status = body.get("status") if isinstance(body, dict) else None
    return response["status"] == 202 or status in ("Creating", "Updating", "InProgress")
