# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.redaction import HIDDEN, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "see https://arm.example/op/1?api-version=1&t=2&c=MIIC&s=a+b/c=&h=x for it",
            "see https://arm.example/op/1 for it",
        ),
        ("https://ml.azure.com/runs/j?wsid=/s&sig=abc%3D", "https://ml.azure.com/runs/j"),
        ("'https://acct.blob.example/c?sv=1&sig=abc%3D'", "'https://acct.blob.example/c'"),
        ("proxy http://user:hunter22@proxy:3128 refused", f"proxy http://{HIDDEN}@proxy:3128 refused"),
        ("Authorization: Bearer abcdefghijkl.mno", f"Authorization: Bearer {HIDDEN}"),
        ("?sv=2023&sig=abc%3D&se=1", f"?sv=2023&sig={HIDDEN}&se=1"),
        (
            "DefaultEndpointsProtocol=https;AccountKey=Zm9v+/==;x=1",
            f"DefaultEndpointsProtocol=https;AccountKey={HIDDEN};x=1",
        ),
        ('{"client_secret": "s3cr3t"}', f'{{"client_secret": "{HIDDEN}"}}'),
        ("got eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJh.c2lnbmF0dXJl here", f"got {HIDDEN} here"),
    ],
)
def test_redact_cuts_what_looks_like_a_secret(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The bearer token is expired.",
        "see https://aka.ms/oe-tsg#error-internalservererror",
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws",
        "azureml://datastores/workspaceblobstore/paths/a/b.csv",
        "user@example.org asks: is it ready?",
        "https://ml.azure.com/runs/j?wsid=/subscriptions/s/workspaces/ws1&tid=6f2",
        "'https://ml.azure.com/runs/j?wsid=/subscriptions/s/workspaces/ws1', in the studio",
    ],
)
def test_redact_keeps_harmless_text(text: str) -> None:
    assert redact(text) == text


def test_redact_cuts_given_secrets_longest_first_and_no_short_ones() -> None:
    assert redact("planted-secret-2 planted-secret a", ["planted-secret", "planted-secret-2", "a"]) == (
        f"{HIDDEN} {HIDDEN} a"
    )
