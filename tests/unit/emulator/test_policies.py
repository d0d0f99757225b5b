"""The switches: each has a home in the code and a row in the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.emulator import policies
from tests.emulator.policies import POLICIES, Policies

EMULATOR = Path(policies.__file__).parent
SOURCE = "".join(path.read_text() for path in EMULATOR.rglob("*.py") if path.name != "policies.py")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_default_is_a_possible_answer_and_some_room_asks_for_it(policy):
    assert Policies()[policy.name] == policy.check(policy.default)
    assert f'"{policy.name}"' in SOURCE


def test_names_are_unique():
    assert len({policy.name for policy in POLICIES}) == len(POLICIES)


def test_the_readme_holds_the_table():
    text = (EMULATOR / "README.md").read_text()
    shown = text.partition("<!-- policies: begin -->\n")[2].partition("<!-- policies: end -->")[0]
    rows = ["| switch | values | default | question |", "| --- | --- | --- | --- |"]
    for policy in POLICIES:
        values = ", ".join(f"`{value}`" for value in policy.values)
        default = f"`{policy.default}`" if policy.default else ""
        rows.append(" ".join(f"| `{policy.name}` | {values} | {default} | {policy.question} |".split()))
    assert shown.splitlines() == rows


def test_every_open_question_has_its_switches_in_the_readme():
    last = {"B": 20, "A": 17, "C": 10}
    questions = [f"{letter}{number}" for letter in last for number in range(1, last[letter] + 1)]
    cited = {
        question: [policy.name for policy in POLICIES if question in re.findall(r"\b[ABC]\d+\b", policy.question)]
        for question in questions
    }
    shown = (EMULATOR / "README.md").read_text().partition("<!-- questions: begin -->\n")[2]
    rows = [line.strip("|").split("|") for line in shown.partition("<!-- questions: end -->")[0].splitlines()[2:]]
    assert {row[0].strip(): re.findall(r"`(\w+)`", row[2]) for row in rows} == cited
    assert all(cited.values())


def test_free_values_are_checked():
    answers = Policies({"list_lag": "2.5", "taken_names": "One, two"})
    assert answers.seconds("list_lag") == 2.5
    assert answers.names("taken_names") == {"one", "two"}
    with pytest.raises(ValueError, match="number of seconds"):
        answers.set("list_lag", "-1")
    with pytest.raises(ValueError, match="course is written"):
        answers.set("job_course", "Queued:soon")
