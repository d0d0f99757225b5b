# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.script_error import first_script_error

OWN = """\
2026-01-31 06:05:38 mini batch 1, attempt 1 of 3: AttributeError: 'NoneType' object has no attribute 'predict'
Traceback (most recent call last):
  File "/mnt/azureml_sys/parallel_run/worker.py", line 60, in call
    answer = run(files)
  File "/mnt/code/score/score.py", line 12, in run
    return rows(files)
  File "/mnt/code/score/score.py", line 21, in rows
    return [model.predict(file) for file in files]
AttributeError: 'NoneType' object has no attribute 'predict'

"""
IN_LIBRARY = """\
Traceback (most recent call last):
  File "/mnt/code/score/score.py", line 7, in run
    return numpy.load(files[0])
  File "/usr/lib/python3.10/site-packages/numpy/lib/npyio.py", line 405, in load
    fid = stack.enter_context(open(os_fspath(file), "rb"))
FileNotFoundError: [Errno 2] No such file or directory: 'x.npy'
"""


def test_the_first_error_of_the_script_with_file_and_line() -> None:
    found = first_script_error("noise\n" + OWN + IN_LIBRARY)
    assert found is not None
    assert found.in_words == "AttributeError: 'NoneType' object has no attribute 'predict' (score.py, line 21, in rows)"
    assert found.shown_traceback[0] == "Traceback (most recent call last):"
    assert len(found.shown_traceback) == 8


def test_an_error_inside_a_library_is_where_the_script_called_it() -> None:
    found = first_script_error(IN_LIBRARY)
    assert found is not None
    assert (found.file, found.line, found.function) == ("score.py", 7, "run")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ValueError: no traceback\n",
        "Traceback (most recent call last):\n",
        'Traceback (most recent call last):\n  File "/usr/lib/python3.10/runpy.py", line 1, in _run\nValueError: x\n',
        'Traceback (most recent call last):\n  File "/mnt/code/score.py", line 1, in run\n2026-01-31 cut off\n',
    ],
)
def test_what_is_no_traceback_of_the_script(text: str) -> None:
    assert first_script_error(text) is None


def test_a_line_cannot_speak_to_the_terminal_and_holds_no_secret() -> None:
    text = OWN.replace("has no attribute 'predict'", "\x1b[2J at https://store/x?sig=planted")
    found = first_script_error(text)
    assert found is not None
    shown = found.in_words + "".join(found.shown_traceback)
    assert "\x1b" not in shown
    assert r"\x1b[2J" in shown
    assert "planted" not in "".join(found.shown_traceback)
