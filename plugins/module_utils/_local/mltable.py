# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The data paths that a folder of type mltable lists in its file ``MLTable``."""

from __future__ import annotations

from .._errors import InvalidOption
from .files import Content
from .mapping_file import read_mapping

FILE = "MLTable"
_KINDS = ("file", "folder", "pattern")


def referenced_uris(content: Content) -> list[str]:
    """The paths of the table, unchanged and in the order of its file.

    Raises InvalidOption for a folder without that file, and for a file without paths.
    """
    path = content.path / FILE
    if FILE not in {file.name for file in content.files}:
        raise InvalidOption(
            f"{content.option}: {content.path} has no file {FILE}, which a folder of type mltable needs. "
            "Add it, or choose another type."
        )
    places = read_mapping(str(path), content.option).get("paths")
    if not isinstance(places, list) or not places:
        raise InvalidOption(f"{content.option}: {path} names no paths. List there what the table is made of.")
    return [_place(place, content.option, str(path)) for place in places]


def _place(place: object, option: str, where: str) -> str:
    if isinstance(place, dict):
        for kind in _KINDS:
            if isinstance(place.get(kind), str):
                return str(place[kind])
    raise InvalidOption(f"{option}: in {where}, {place!r} is no path. Write one of {', '.join(_KINDS)} and a text.")
