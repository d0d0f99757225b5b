# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types: encoding and decoding are inverse, and what the service was recorded to rewrite is no difference."""

from __future__ import annotations

import itertools
import sys
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import MissingLibrary
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_values import CondaFile
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import JsonMap, TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import (
    ChildName,
    NameReference,
    Reference,
    WrappedReference,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import (
    Boolean,
    Choice,
    Duration,
    Integer,
    Location,
    Switch,
    Text,
    TextBoolean,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.value_type import ValueType
from hypothesis import given, settings
from hypothesis import strategies as some

WS = WorkspaceId("00000000-0000-0000-0000-000000000000", "rg1", "ws1")
# A busy machine must not fail a test, nor many types make the suite slow.
QUICK = settings(deadline=None, max_examples=40)

AUTH = Choice(aad_token="AADToken", key="Key", aml_token="AMLToken")

names = some.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,9}", fullmatch=True)
texts = some.text(max_size=20)
json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)

# Option values of each value type that are the same after encoding and decoding.
OPTIONS: dict[str, tuple[ValueType, some.SearchStrategy[Any]]] = {
    "text": (Text(), texts),
    "location": (Location(), names),
    "child name": (ChildName("deployments"), names),
    "integer": (Integer(), some.integers()),
    "boolean": (Boolean(), some.booleans()),
    "switch": (Switch(), some.booleans()),
    "truth in words": (TextBoolean(), some.booleans()),
    "minutes": (Duration(unit=60), some.integers(0, 100_000)),
    "json map": (JsonMap(), some.dictionaries(texts, json_values, max_size=3)),
    # Computes have no case.
    "compute by its name": (NameReference("computes"), names.map(str.lower)),
    "choice": (AUTH, some.sampled_from(sorted(AUTH.words))),
    "duration": (Duration(), some.integers(0, 10_000_000)),
    "text map": (TextMap(), some.dictionaries(texts, some.text(min_size=1, max_size=20))),
    "empty values": (TextMap(empty_values=True), some.dictionaries(texts, texts)),
    "asset": (
        Reference("models"),
        some.builds(lambda name, version: WS.child("models", name, "versions", version), names, names),
    ),
    "wrapped asset": (
        WrappedReference("models"),
        some.builds(lambda name, version: WS.child("models", name, "versions", version), names, names),
    ),
    # Computes have no case: two names that differ in it are one.
    "compute": (Reference("computes"), some.builds(lambda name: WS.child("computes", name.lower()), names)),
    "conda file": (CondaFile(), some.dictionaries(texts, json_values, min_size=1, max_size=3)),
}


@pytest.mark.parametrize("kind", OPTIONS)
@QUICK
@given(data=some.data())
def test_what_a_task_says_comes_back_in_the_same_words(kind: str, data: some.DataObject) -> None:
    value_type, options = OPTIONS[kind]
    said = data.draw(options)
    assert value_type.decode(value_type.encode(said, WS), WS) == said


@pytest.mark.parametrize("kind", OPTIONS)
@QUICK
@given(data=some.data())
def test_being_the_same_is_reflexive_and_symmetric(kind: str, data: some.DataObject) -> None:
    value_type, options = OPTIONS[kind]
    one = data.draw(some.none() | options.map(lambda said: value_type.encode(said, WS)))
    other = data.draw(some.none() | options.map(lambda said: value_type.encode(said, WS)))
    assert value_type.same(one, one, WS)
    assert value_type.same(one, other, WS) == value_type.same(other, one, WS)


@pytest.mark.parametrize("kind", sorted(set(OPTIONS) - {"location", "text map", "empty values", "conda file"}))
@QUICK
@given(data=some.data())
def test_different_words_of_a_task_are_a_difference(kind: str, data: some.DataObject) -> None:
    value_type, options = OPTIONS[kind]
    one, other = data.draw(options), data.draw(options)
    assert value_type.same(value_type.encode(one, WS), value_type.encode(other, WS), WS) == (one == other)


@QUICK
@given(seconds=some.integers(0, 10_000_000), days=some.booleans())
def test_a_duration_may_be_written_in_any_units(seconds: int, days: bool) -> None:
    minutes, rest = divmod(seconds, 60)
    spelled = f"P{minutes // 1440}DT{minutes % 1440}M{rest}S" if days else f"PT{seconds}S"
    assert Duration().same(spelled, Duration().encode(seconds, WS), WS)
    assert Duration().decode(spelled, WS) == seconds


@QUICK
@given(value=some.dictionaries(names, some.integers() | some.floats(allow_nan=False) | some.booleans()))
def test_numbers_and_truths_in_a_map_travel_as_text(value: dict[str, Any]) -> None:
    assert all(isinstance(item, str) for item in TextMap().encode(value, WS).values())


# Each set: values that the service was recorded to make of one another.
RECORDED: dict[str, tuple[ValueType, list[Any]]] = {
    "authMode, batch 3.2": (AUTH, ["aadToken", "AADToken", "AadToken"]),
    "loggingLevel, batch 4.2": (Choice(info="Info", debug="Debug"), ["info", "Info"]),
    "retry timeout, batch 11": (Duration(), ["PT60S", "PT1M", "PT1M0S", "PT60.0S"]),
    "idle time, assets 3.5": (Duration(), ["PT100S", "PT1M40S"]),
    "a day": (Duration(), ["P1D", "PT24H", "PT86400S"]),
    "numbers as text, batch 4.2": (Integer(), ["5", 5]),
    "vmSize, assets 3.4": (Text(ignore_case=True), ["Standard_DS2_v2", "STANDARD_DS2_V2"]),
    "description, batch 3.2": (Text(), [None, ""]),
    "location": (Location(), ["East US", "eastus", "EastUS"]),
    "tags, assets 3.3": (TextMap(), [None, {}]),
    "tags that a policy left empty, batch question 19": (TextMap(), [{"a": "1"}, {"a": "1", "owner": ""}]),
    "resources, batch 4.2": (JsonMap(), [None, {}]),
    "settings, batch 4.5": (TextBoolean(), ["True", "true", True]),
    "default compute, batch 4.5": (NameReference("computes"), ["cpu", "CPU"]),
    "remote login, assets 3.5, opened": (Switch(), ["NotSpecified", "Enabled"]),
    "remote login, assets 3.5, closed": (Switch(), ["NotSpecified", "Disabled"]),
    "resource group segment, assets 1.1": (
        Reference("models"),
        [
            WS.child("models", "M", "versions", "1"),
            f"{WS.path.lower()}/Models/M/Versions/1",
        ],
    ),
    "compute by name and by id": (Reference("computes"), ["azureml:cpu", "cpu", WS.child("computes", "CPU")]),
    "environment shorthand kept verbatim, batch 4.2": (
        Reference("environments"),
        ["azureml:AzureML-sklearn-1.0:33", WS.child("environments", "AzureML-sklearn-1.0", "versions", "33")],
    ),
    "conda YAML becomes JSON, assets 7.2": (
        CondaFile(),
        [
            "name: x\ndependencies:\n- python=3.10\n",
            '{\n  "name": "x",\n  "dependencies": [\n    "python=3.10"\n  ]\n}',
        ],
    ),
    "no conda, assets 7.2": (CondaFile(), [None, ""]),
}


@pytest.mark.parametrize("fact", RECORDED)
def test_what_the_service_rewrites_is_no_difference(fact: str) -> None:
    value_type, values = RECORDED[fact]
    for one, other in itertools.permutations(values, 2):
        assert value_type.same(one, other, WS), (one, other)


DIFFERENT: dict[str, tuple[ValueType, Any, Any]] = {
    "case of free text": (Text(), "Reads digits", "reads digits"),
    "case of tags": (TextMap(), {"a": "x"}, {"a": "X"}),
    "case of a model's name, assets 1.1": (
        Reference("models"),
        WS.child("models", "m", "versions", "1"),
        WS.child("models", "M", "versions", "1"),
    ),
    "opened and closed": (Switch(), "Enabled", "Disabled"),
    "nothing and zero": (Integer(), None, 0),
    "nothing and false": (Boolean(), None, False),
    "half a second": (Duration(), "PT1.5S", "PT1S"),
    "an empty value that counts": (TextMap(empty_values=True), {"a": ""}, {}),
    "models by different paths": (
        WrappedReference("models"),
        {"referenceType": "DataPath", "datastoreId": "/d", "path": "x"},
        {"referenceType": "DataPath", "datastoreId": "/d", "path": "y"},
    ),
    "a label and a version": (Reference("models"), "azureml:m@latest", "azureml:m:1"),
    "a path and an id": (
        WrappedReference("models"),
        {"referenceType": "DataPath", "path": "x"},
        {"referenceType": "Id", "assetId": WS.child("models", "m", "versions", "1")},
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_only_looks_alike_is_a_difference(case: str) -> None:
    value_type, one, other = DIFFERENT[case]
    assert not value_type.same(one, other, WS)


@pytest.mark.parametrize(
    ("value_type", "value", "complaint"),
    [
        (Text(pattern=r"\w+", rule="one word"), "two words", "'two words' is not accepted: one word"),
        (Integer(minimum=1), 0, "0 is too small: the smallest value is 1"),
        (Integer(maximum=5), 6, "6 is too large: the largest value is 5"),
        (Duration(minimum=1), 0, "0 s is too short: the shortest is 1 s"),
        (Duration(minimum=15, unit=60), 14, "14 min is too short: the shortest is 15 min"),
        (Duration(maximum=90, unit=60), 91, "91 min is too long: the longest is 90 min"),
        (
            NameReference("computes"),
            f"{WS.path[:-3]}ws2/computes/cpu",
            ".* is not in this workspace, and the service takes only a name here",
        ),
        (TextMap(), {"b": None, "a": "", "c": 1}, "the value of a, b is empty"),
        (TextMap(), {"a": {"b": "c"}}, "the value of a is not text but a map"),
        (TextMap(empty_values=True), {"a": []}, "the value of a is not text but a list"),
        (Reference("models"), "digits", "'digits' names no version: write azureml:name:version"),
    ],
)
def test_what_can_never_be_right_is_refused_in_words(value_type: ValueType, value: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match="^" + complaint):
        value_type.encode(value, WS)


@pytest.mark.parametrize(
    ("value_type", "value", "words"),
    [
        (AUTH, None, None),
        (Choice(none="None"), None, None),  # an absent word is not the word "None"
        (Choice(none="None"), "none", "none"),
        (AUTH, "Certificate", "Certificate"),  # a word that is newer than this collection
        (Switch(), "NotSpecified", None),
        (Duration(), "P1M", "P1M"),  # months have no seconds
        (Duration(), None, None),
        (Integer(), None, None),
        (TextMap(), None, {}),
        (TextMap(hidden={"b"}), {"a": "1", "b": "2"}, {"a": "1"}),
        (WrappedReference("models"), None, None),
        (WrappedReference("models"), {"referenceType": "DataPath"}, None),
        (
            WrappedReference("models"),
            {"referenceType": "DataPath", "datastoreId": "/x/datastores/d", "path": "m"},
            "azureml:/x/datastores/d/paths/m",
        ),
        (WrappedReference("models"), {"referenceType": "OutputPath", "jobId": "/j", "path": "m"}, "azureml:/j/paths/m"),
        (TextBoolean(), None, None),
        (JsonMap(), None, {}),
        (Duration(unit=60), "PT1H", 60),
        (CondaFile(), "", None),
        (CondaFile(), "a: [", "a: ["),  # what is neither JSON nor YAML stands for itself
    ],
)
def test_what_the_service_answers_is_shown_in_the_words_of_a_task(
    value_type: ValueType, value: Any, words: Any
) -> None:
    assert value_type.decode(value, WS) == words


def test_values_of_a_map_read_as_in_the_task() -> None:
    value_type = TextMap(empty_values=True)
    assert value_type.encode({"yes": True, "number": 1.5, "nothing": None, 3: "key"}, WS) == {
        "yes": "true",
        "number": "1.5",
        "nothing": "",
        "3": "key",
    }


def test_what_is_sent_back() -> None:
    assert TextMap().for_update({"a": "1", "owner": ""}) == {"a": "1"}
    assert TextMap(empty_values=True).for_update({"a": "1", "owner": ""}) == {"a": "1", "owner": ""}
    assert Text().for_update("as it is") == "as it is"


@pytest.mark.parametrize("text", ["cpu", "azureml:cpu", WS.child("computes", "cpu"), f"azureml:{WS.path}/computes/cpu"])
def test_a_name_is_all_that_travels(text: str) -> None:
    assert NameReference("computes").encode(text, WS) == "cpu"


def test_a_label_passes_as_it_is() -> None:
    assert Reference("models").encode("azureml:digits@latest", WS) == "azureml:digits@latest"
    assert WrappedReference("models").encode("digits@latest", WS) == {
        "referenceType": "Id",
        "assetId": "digits@latest",
    }


@pytest.mark.parametrize("seconds", [0, 1, 60, 90, 3600, 86400, 90061])
def test_durations_are_written_without_days(seconds: int) -> None:
    """Hours, minutes and seconds are what was recorded."""
    assert (
        Duration().encode(seconds, WS)
        == {
            0: "PT0S",
            1: "PT1S",
            60: "PT1M",
            90: "PT1M30S",
            3600: "PT1H",
            86400: "PT24H",
            90061: "PT25H1M1S",
        }[seconds]
    )


def test_a_conda_text_in_yaml_needs_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert CondaFile().decode('{"name": "x"}', WS) == {"name": "x"}
    with pytest.raises(MissingLibrary, match="PyYAML"):
        CondaFile().decode("name: x", WS)


def test_what_a_wire_type_asks_of_the_task() -> None:
    assert AUTH.spec() == {"type": "str", "choices": ["aad_token", "key", "aml_token"]}
    kinds: list[tuple[ValueType, str]] = [
        (Text(), "str"),
        (Integer(), "int"),
        (Boolean(), "bool"),
        (Switch(), "bool"),
        (Duration(), "int"),
        (TextMap(), "dict"),
        (Reference("models"), "str"),
        (CondaFile(), "raw"),
    ]
    assert [value_type.spec() for value_type, _kind in kinds] == [{"type": kind} for _wire, kind in kinds]
