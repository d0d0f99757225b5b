"""What a run changed is read from what ansible-playbook prints."""

from __future__ import annotations

from tests.demo import recap

OUTPUT = """\
PLAY [Score data with a batch endpoint] ***************************************

TASK [mlops.azureml.batch_score : Register data] ******************************
ok: [localhost] => (item=digits)

TASK [mlops.azureml.batch_score : Start the jobs] *****************************
ok: [localhost] => (item=by-version)
changed: [localhost] => (item=job (2))

TASK [Write a file] ***********************************************************
changed: [localhost]

TASK [Say so] *****************************************************************
ok: [localhost] => {
    "msg": "changed: [localhost]"
}

PLAY RECAP ********************************************************************
localhost                  : ok=4    changed=2    unreachable=0    failed=0

CUSTOM STATS: *****************************************************************
\tRUN: {"batch_score_result": {"jobs": [{"name": "by-version"}]}}
""".splitlines()


def test_changed_names_tasks_and_items() -> None:
    assert recap.changed(OUTPUT) == ["mlops.azureml.batch_score : Start the jobs (job (2))", "Write a file"]


def test_a_run_without_changes() -> None:
    assert recap.changed([line for line in OUTPUT if not line.startswith("changed:")]) == []


def test_custom_stats_are_what_the_roles_handed_on() -> None:
    assert recap.custom_stats(OUTPUT) == {"batch_score_result": {"jobs": [{"name": "by-version"}]}}
    assert recap.custom_stats(OUTPUT[:-1]) == {}
