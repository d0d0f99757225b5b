# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of the ``_info`` modules of assets: the names of a type, the versions of a name, or one version."""

from __future__ import annotations

import itertools
import sys
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.list_filter import Filter
from .._engine.reference_lookup import NEWEST_FIRST
from .._engine.render import render
from .._errors import InvalidOption
from .._schema.asset_type import KNOWN_NAME, AssetType, check_version
from .._schema.resource_type import Options
from .._schema.scalar_values import Choice
from .._service.workspace import Workspace
from .info import Info, listed, one

LIST_VIEW = Filter(
    "list_view",
    "listViewType",
    Choice(active="ActiveOnly", archived="ArchivedOnly", all="All"),
    default="ActiveOnly",
)
ONE_VERSION = ("version", "label")


class AssetInfo(Info):
    """Without a name: all names with what their containers return. With a name: its versions, or one of them.

    ``view``: whether lists of this type can be limited to archived versions; ``filters`` apply to versions only.
    """

    def __init__(self, asset: AssetType, filters: t.Sequence[Filter] = (), *, view: bool = True) -> None:
        super().__init__(asset, (LIST_VIEW, *filters) if view else filters)
        self.asset = asset

    def spec(self) -> ArgumentSpec:
        arguments = {
            **super().spec().arguments,
            "version": {"type": "str"},
            "label": {"type": "str", "choices": ["latest"]},
            "newest": {"type": "int"},
        }
        options = [*(one.option for one in self.filters), "newest"]
        return ArgumentSpec(
            arguments,
            mutually_exclusive=(ONE_VERSION, *itertools.product(ONE_VERSION, options)),
            required_by={option: ("name",) for option in (*ONE_VERSION, *options) if option != LIST_VIEW.option},
        )

    def found(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, t.Any]]:
        if options["newest"] is not None and options["newest"] < 1:
            raise InvalidOption(f"newest: {options['newest']} is too small: the smallest value is 1.")
        if options["name"] is None:
            container = self.asset.container
            views = [one for one in self.filters if one is LIST_VIEW]
            for current in listed(workspace, container.path.rpartition("/")[0], views, options):
                yield render(container, current, workspace.id)
        else:
            KNOWN_NAME.check("name", options["name"], self.asset.label)
            for current in self._versions(workspace, options):
                yield render(self.asset, current, workspace.id)

    def _versions(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, t.Any]]:
        versions = f"{self.asset.container_path.format_map(options)}/versions"
        if options["version"] is not None:
            check_version(options["version"])
            yield from one(workspace, self.asset.path_of(options))
        elif options["label"] is not None:
            yield from itertools.islice(listed(workspace, versions, (), options, **NEWEST_FIRST), 1)
        else:
            order = {} if options["newest"] is None else {"$orderBy": NEWEST_FIRST["$orderBy"]}
            found = listed(workspace, versions, self.filters, options, **order)
            # A search by hash also finds versions of other names (assets contract 5.1).
            own = (version for version in found if self.asset.names_in(version["id"])["name"] == options["name"])
            newest = options["newest"]
            yield from itertools.islice(own, newest if newest is None else min(newest, sys.maxsize))
