"""Plays a case against a running emulator: policies, what exists before, then requests and their answers.

A case is a JSON object. `names` are words for `{...}` in its texts, beside those of the workspace; `given` are requests
that must succeed; `exchange` are requests with the answer each must get. A request without `method` follows the URL in
a header of the answer before it (`follow`). `wait` lets virtual time pass first.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.emulator.policies import POLICIES

HERE = Path(__file__).parent
SECONDS_OF_AN_OPERATION = 5
DEFAULT_VERSION = "2024-10-01"
_NAME = re.compile(r"\{(\w+)\}")


def load() -> dict[str, Any]:
    """All cases by name."""
    cases: dict[str, Any] = {}
    for file in sorted(set(HERE.glob("*.json")) - {HERE / "exceptions.json"}):
        for case in json.loads(file.read_text(encoding="utf-8")):
            assert case["name"] not in cases, case["name"]
            cases[case["name"]] = case
    return cases


def fill(value: Any, words: Mapping[str, str]) -> Any:
    """`value` with `{word}` replaced in all of its texts; an unknown word stays as it is."""
    if isinstance(value, str):
        return _NAME.sub(lambda found: words.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [fill(item, words) for item in value]
    if isinstance(value, dict):
        return {fill(key, words): fill(item, words) for key, item in value.items()}
    return value


@dataclass
class Stage:
    """A running emulator and one who may do everything in it."""

    settings: Mapping[str, str]

    def __post_init__(self) -> None:
        trust = ssl.create_default_context(cafile=self.settings["SSL_CERT_FILE"])
        self.http = httpx.Client(verify=trust, trust_env=False, timeout=60)
        self.management = self.settings["AZURE_CLOUD_ENVIRONMENT"]
        self.workspace = (
            f"/subscriptions/{self.settings['AZURE_SUBSCRIPTION_ID']}"
            f"/resourceGroups/{self.settings['AZUREML_RESOURCE_GROUP']}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.settings['AZUREML_WORKSPACE']}"
        )
        self._control("POST", "reset")
        self.defaults = self._control("GET", "policies").json()
        self.words = self._words()

    def _words(self) -> dict[str, str]:
        """Words that cases use for what differs from one emulator to the next."""
        workspace = self.send({"method": "GET", "path": ""}, {}).json()
        store = self.send({"method": "GET", "path": "datastores/workspaceblobstore"}, {}).json()
        api = workspace["properties"]["discoveryUrl"].removesuffix("/discovery")
        return {
            "management": self.management,
            "subscription": self.settings["AZURE_SUBSCRIPTION_ID"],
            "group": self.settings["AZUREML_RESOURCE_GROUP"],
            "ws": self.settings["AZUREML_WORKSPACE"],
            "workspace": self.workspace,
            "guid": workspace["properties"]["workspaceId"],
            "account": workspace["properties"]["storageAccount"].rpartition("/")[2],
            "api": api,
            "scoring": self._scoring_host(),
            "storage": store["properties"]["endpoint"],
            "api_host": api.removeprefix("https://"),
        }

    def _scoring_host(self) -> str:
        """Where endpoints take jobs, as one of them shows."""
        endpoint = {"location": "eastus", "properties": {"authMode": "AADToken"}}
        self.send({"method": "PUT", "path": "batchEndpoints/asked", "body": endpoint}, {})
        self.wait(SECONDS_OF_AN_OPERATION)
        shown = self.send({"method": "GET", "path": "batchEndpoints/asked"}, {}).json()
        return str(shown["properties"]["scoringUri"]).removesuffix("/asked.eastus/jobs")

    def prepare(self, case: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
        """Bring about what the case begins with; all words of it."""
        self._control("POST", "reset")
        recorded = {policy.name: policy.default for policy in POLICIES}
        self._control("POST", "policies", {**recorded, **case.get("policies", {})})
        if "faults" in case:
            self._control("POST", "faults", case["faults"])
        words = {**self.words, **fill(dict(names), self.words)}
        for request in case.get("given", []):
            answer = self.send(request, words)
            assert answer.is_success, f"{request}: {answer.status_code} {answer.text}"
            words.update(_learned(request, answer))
            self.wait(request.get("wait", SECONDS_OF_AN_OPERATION))
        return words

    def send(self, request: Mapping[str, Any], words: Mapping[str, str]) -> httpx.Response:
        """One request of a case."""
        filled = fill(dict(request), words)
        path = filled["path"]
        headers = filled.get("headers", {})
        if path.startswith("https://"):
            url, surface = path, filled.get("token", "management")
        else:
            version = filled.get("version", DEFAULT_VERSION)
            url = f"{self.management}{self.workspace}{'/' if path else ''}{path}"
            url += f"{'&' if '?' in path else '?'}api-version={version}"
            surface = filled.get("token", "management")
        content = filled["content"].encode() if "content" in filled else None
        return self.http.request(
            filled["method"],
            url,
            json=filled.get("body"),
            content=content,
            headers={**self._headers(surface), **headers},
        )

    def follow(self, url: str) -> httpx.Response:
        """GET of a URL, unchanged."""
        return self.http.get(url, headers=self._headers("management"))

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        if seconds:
            self._control("POST", "clock", {"advance_seconds": seconds})

    def _headers(self, audience: str) -> dict[str, str]:
        if audience == "none":
            return {}
        resource = {"management": self.management, "scoring": "https://ml.azure.com"}[audience]
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["AZURE_CLIENT_ID"],
            "client_secret": self.settings["AZURE_SECRET"],
            "scope": f"{resource}/.default",
        }
        url = f"{self.settings['AZURE_AUTHORITY_HOST']}/{self.settings['AZURE_TENANT']}/oauth2/v2.0/token"
        return {"Authorization": f"Bearer {self.http.post(url, data=form).json()['access_token']}"}

    def _control(self, method: str, what: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"{self.management}/emulator/{what}", json=body).raise_for_status()


def _learned(request: Mapping[str, Any], answer: httpx.Response) -> dict[str, str]:
    """Words that later texts may use: parts of this answer, named by `learn` as word: path of keys."""
    found = {}
    for word, path in request.get("learn", {}).items():
        value = answer.json()
        for key in path.split("."):
            value = value[int(key)] if key.isdecimal() else value[key]
        found[word] = value
        # The two parts of a URL with a signature, for what lies below it.
        found[f"{word}_base"], _mark, found[f"{word}_query"] = str(value).partition("?")
    return found


def play(stage: Stage, case: Mapping[str, Any]) -> Iterator[tuple[Any, httpx.Response]]:
    """The answers that a case expects, each with the one that came."""
    words = stage.prepare(case, case.get("names", {}))
    answer: httpx.Response | None = None
    for step in case["exchange"]:
        stage.wait(step.get("wait", 0))
        if "follow" in step:
            assert answer is not None
            followed = stage.follow(answer.headers[step["follow"]])
            yield fill(step["answer"], words), followed
            continue
        answer = stage.send(step["request"], words)
        if answer.is_success:
            words.update(_learned(step["request"], answer))
        yield fill(step["answer"], words), answer
