"""Translates figures: what a recording calls its subscription, workspace, region and hosts, in an emulator's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WORKSPACE = re.compile(
    r"/subscriptions/0{8}-[0-]+/resourceGroups/rg1/providers/Microsoft\.MachineLearningServices/workspaces/ws1(?![\w-])"
)
_API = re.compile(r"(?:\w+\.api\.azureml\.ms|cert-\w+\.experiments\.azureml\.net)")
"""The regional host, which also serves the assets of registries."""
_REGION = re.compile(r"\b(eastus2euap|eastus2|eastus|westus2|westus|westeurope|centraluseuap)\b")
_SCORING = re.compile(r"https://([\w-]+\.eastus)(?:-main)?\.inference\.ml\.azure\.com/")
_NAMED = re.compile(r"resource group 'rg1'|'ws1'|in ws1\b")


@dataclass(frozen=True)
class Translator:
    """`words` are those of the emulator; `workspace` is the name that replaces a figure's workspace."""

    words: Mapping[str, str]
    workspace: str

    def translated(self, value: Any) -> Any:
        """A figure in the emulator's world."""
        if isinstance(value, dict):
            return {self._text(key): self.translated(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        words = self.words
        if text in ("rg1", "ws1"):
            return words["group"] if text == "rg1" else self.workspace
        text = _REGION.sub("eastus", text).replace("...", "<any>")
        text = _WORKSPACE.sub(f"{words['workspace'].rpartition('/')[0]}/{self.workspace}", text)
        for recorded, here in (
            ("00000000-0000-0000-0000-000000000000", words["subscription"]),
            ("11111111-1111-1111-1111-111111111111", words["guid"]),
            ("/resourceGroups/rg1", f"/resourceGroups/{words['group']}"),
            ("/resourcegroups/rg1", f"/resourcegroups/{words['group']}"),
            ("/workspaces/ws1", f"/workspaces/{self.workspace}"),
            ("https://management.azure.com", words["management"]),
            ("api-version=<masked>", "api-version=2024-10-01"),
        ):
            text = text.replace(recorded, here)
        text = _API.sub(words["api_host"], text)
        text = _SCORING.sub(rf"{words['scoring']}/\1/", text)
        return _NAMED.sub(lambda found: found[0].replace("rg1", words["group"]).replace("ws1", self.workspace), text)
