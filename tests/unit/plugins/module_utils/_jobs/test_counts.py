# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.counts import Counts, parse_counts, text_of
from hypothesis import given
from hypothesis import strategies as st

SCHEDULED = (
    "2021-04-15T22:03:54.767763 Scheduling finished. Scheduled 276 mini batches in 22 seconds. "
    "There are 276 tasks with 551 items.\n"
)
NONE_YET = "2021-04-15T22:03:54.899666 No task has been processed yet.\n"
PROCESSED = (
    "2023-05-16T22:20:53.233813 Processed 4117 of 20000 mini batches in 5:02:14. Estimated remaining time 19:25:59.\n"
)
HEADER = (
    "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,"
    "Status,Error\n"
)


def row(batch: int, attempt: int, total: int, succeeded: int) -> str:
    return f"{batch},{attempt},2026-01-31T06:00:00,{total},{succeeded},{total - succeeded},1,1,1,DONE,\n"


def test_what_was_scheduled() -> None:
    counts = parse_counts(SCHEDULED + NONE_YET, "")
    assert counts.items.shown() == {"total": 551, "succeeded": None, "failed": None}
    assert (counts.mini_batches.total, counts.mini_batches.processed) == (276, 0)
    assert not counts.is_known


def test_what_was_processed() -> None:
    counts = parse_counts(SCHEDULED + PROCESSED, "")
    assert (counts.mini_batches.total, counts.mini_batches.processed) == (20000, 4117)
    assert counts.seconds_left == 19 * 3600 + 25 * 60 + 59
    assert list(text_of(counts)) == ["4117 of 20000 mini batches", "about 19 h 26 min left"]


def test_the_last_attempt_of_a_mini_batch_counts() -> None:
    report = HEADER + "N/A,N/A,2026,N/A,N/A,N/A,N/A,N/A,N/A,ENTRY_SCRIPT_INIT_START,\n"
    report += row(0, 1, 10, 10) + row(1, 1, 10, 0) + row(1, 2, 10, 8) + row(2, 1, 5, 0) + row(2, 2, 5, 0)
    counts = parse_counts("", report)
    assert counts.items.shown() == {"total": 25, "succeeded": 18, "failed": 7}
    assert counts.mini_batches.shown() == {"total": 3, "succeeded": 2, "failed": 1, "retried": 2}


def test_a_table_in_several_files_repeats_its_header_or_not() -> None:
    other_columns = "Failed,Succeeded,Total,Dequeue Count,Task Id\n2,3,5,1,2\n"
    counts = parse_counts("", HEADER + row(0, 1, 10, 10) + "\n" + row(1, 1, 10, 9) + "\n" + other_columns)
    assert counts.items.shown() == {"total": 25, "succeeded": 22, "failed": 3}


def test_files_of_several_nodes_are_not_in_the_order_of_time() -> None:
    second_node_first = HEADER + row(0, 2, 10, 10) + HEADER + row(0, 1, 10, 0)
    counts = parse_counts("", second_node_first)
    assert (counts.items.failed, counts.mini_batches.retried) == (0, 1)


@pytest.mark.parametrize(
    "overview",
    [
        "There are 3 tasks with 25 items.",  # one mini batch is missing in the table
        "There are 2 tasks with 30 items.",  # its items are
        "There are 1 tasks with 20 items.",
        "Processed 20 of 20 mini batches in 0:00:03.",
    ],
)
def test_a_table_that_lacks_a_part_says_nothing_of_a_completed_job(overview: str) -> None:
    table = HEADER + row(0, 1, 10, 10) + row(1, 1, 10, 9)
    so_far = parse_counts(overview, table)
    assert so_far.items.failed == 1
    completed = so_far.of_completed_job()
    assert completed.items.shown() == {"total": so_far.items.total, "succeeded": None, "failed": None}
    assert completed.mini_batches.shown() == {
        "total": so_far.mini_batches.total,
        "succeeded": None,
        "failed": None,
        "retried": None,
    }
    whole = parse_counts("There are 2 tasks with 20 items.", table)
    assert whole.of_completed_job() == whole


@pytest.mark.parametrize(
    "report",
    [
        *("", "Status update 5\n", HEADER, "Task Id,Total\n1,2\n", HEADER + "1,1,now,ten,10,0,1,1,1,DONE,\n", "\0,\n"),
        "x" * 200_000,
    ],
)
def test_a_number_that_no_known_form_gives_is_not_known(report: str) -> None:
    counts = parse_counts("12 of 20 done\n", report)
    assert counts == Counts()
    assert list(text_of(counts)) == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(overview: str, report: str) -> None:
    assert parse_counts(overview, report).items.failed in (None, *range(1000))
