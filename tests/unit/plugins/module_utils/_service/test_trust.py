# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS contexts are made once per file of authorities, and again after the file changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import certifi
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._service.trust import Trust


@pytest.fixture
def authorities(tmp_path: Path) -> Path:
    return Path(shutil.copy(certifi.where(), tmp_path / "authorities.pem"))


def test_a_file_is_read_once(authorities: Path) -> None:
    trust = Trust()
    assert trust.context(str(authorities)) is trust.context(str(authorities))
    assert trust.context(None) is trust.context(None)
    assert trust.context(None) is not trust.context(str(authorities))


def test_a_file_that_changed_is_read_again(authorities: Path) -> None:
    trust = Trust()
    before = trust.context(str(authorities))
    os.utime(authorities, ns=(1, 1))
    assert trust.context(str(authorities)) is not before


def test_a_file_that_appears_is_read(authorities: Path) -> None:
    trust = Trust()
    later = authorities.with_name("later.pem")
    with pytest.raises(InvalidOption, match="there is no such file"):
        trust.context(str(later))
    authorities.rename(later)
    assert trust.context(str(later)).verify_mode
