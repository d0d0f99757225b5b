# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The option ``definition``: a resource as the YAML files of ``az ml`` describe it, in place of single options."""

from __future__ import annotations

import copy
import dataclasses
import functools
import os
import re
import typing as t

from .._errors import InvalidOption
from .._local.mapping_file import read_mapping
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._names.storage_uri import is_cloud
from .._schema.resource_type import Field, Options, ResourceType
from .inline_assets import InlineAsset, described, grounded_component
from .option_type import chosen, kind_of, typed

Arguments = t.Mapping[str, t.Any]

NAME = "definition"
SCHEMA = "$schema"


@dataclasses.dataclass(frozen=True)
class Definition:
    """Which keys a definition of a resource type may have, and which options they stand for.

    ``extra``: options that stand in no table, ``lists`` those of several texts. ``local``: options whose text may be a
    path, which in a file is meant from the file's folder. ``content``: what stands for no option stays in the
    definition, for it is the content. Otherwise nothing stays there but what is described in place of a reference: a
    map from options to ``InlineAsset``.
    """

    resource: ResourceType
    extra: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    content: bool = False

    @functools.cached_property
    def keys(self) -> dict[str, str]:
        """Path in the definition -> path in the options."""
        names = re.findall(r"{(\w+)}", self.resource.path)
        kinds = [self.resource.kinds.option] if self.resource.kinds else []
        keys = {option: option for option in (*names, *kinds, *self.extra, *self.lists)}
        for table in self.resource.tables:
            for field in table.fields:
                if field.option != NAME:
                    keys[field.option] = field.option
                    keys.update({field.yaml: field.option} if field.yaml else {})
        return keys

    # -- reading -------------------------------------------------------------------------------------------------

    def completed(
        self, options: Options, arguments: Arguments, register_secret: t.Callable[[str], None]
    ) -> dict[str, t.Any]:
        """The options, with what the definition says where the task itself says nothing.

        Raises InvalidOption, naming the path, for a key that is not known, and for what no option could hold.
        """
        given = options[NAME]
        settled = copy.deepcopy(dict(options))
        if given is None:
            return settled
        tree = read_mapping(given, NAME)
        folder = os.path.dirname(os.path.abspath(os.path.expanduser(given))) if isinstance(given, str) else None
        self._check_kind(tree)
        rest: dict[str, Json] = {}
        parts: dict[str, InlineAsset] = {}
        for path, value in self._leaves(tree, "", rest):
            option = self.keys[path]
            if value is None or get_at(options, option) is not None:
                continue
            if part := self._part(path, option, value, folder):
                parts[option] = part
                continue
            secrets = self._secrets(option, value)
            for secret in secrets:
                register_secret(secret)
            value = typed(f"{NAME}.{path}", value, _about(arguments, option))
            if secrets and folder is None:
                raise InvalidOption(
                    f"{NAME}.{path}: a secret does not belong into a definition in a task, which is logged. "
                    f"Give it in {option}, or the whole definition in a file."
                )
            set_at(settled, option, self._from(folder, option, value))
        settled[NAME] = grounded_component(rest, folder) if self.content else self._with_files(parts, settled) or None
        return settled

    def _with_files(self, parts: dict[str, InlineAsset], options: Options) -> dict[str, InlineAsset]:
        """The parts with the files that other options name in them."""
        for option, part in parts.items():
            named = [get_at(options, field.holds) for field in self._fields(option) if field.holds]
            parts[option] = part.requiring(named[0]) if named and named[0] else part
        return parts

    def _leaves(self, tree: t.Mapping[str, Json], above: str, rest: dict[str, Json]) -> t.Iterator[tuple[str, Json]]:
        for key, value in tree.items():
            path = f"{above}{key}"
            if path in self.keys:
                yield path, value
            elif any(known.startswith(f"{path}.") for known in self.keys) and isinstance(value, (dict, type(None))):
                yield from self._leaves(value or {}, f"{path}.", rest)
            elif self.content:
                rest[key] = value
            elif path != SCHEMA:
                self._refuse(path, value)

    def _refuse(self, path: str, value: Json) -> None:
        if any(known.startswith(f"{path}.") for known in self.keys):
            raise InvalidOption(f"{NAME}.{path}: a map is wanted, not {kind_of(value)}.")
        level = path.rpartition(".")[0]
        here = sorted({key[len(level) :].lstrip(".").split(".")[0] for key in self.keys if key.startswith(level)})
        why = self._why(path)
        raise InvalidOption(f"{NAME}.{path}: this key is not supported{why}. Supported here: {', '.join(here)}.")

    def _why(self, word: str) -> str:
        return f": {self.resource.left_out[word]}" if word in self.resource.left_out else ""

    def _check_kind(self, tree: t.Mapping[str, Json]) -> None:
        """Another kind has other keys: better to say that than to stumble over one of them."""
        kinds = self.resource.kinds
        kind = tree.get(kinds.option) if kinds else None
        if kinds and kind is not None and chosen(kind, kinds.tables) is None:
            supported = ", ".join(kinds.tables)
            why = self._why(str(kind))
            raise InvalidOption(f"{NAME}.{kinds.option}: {kind!r} is not supported{why}. Supported here: {supported}.")

    def _fields(self, option: str) -> list[Field]:
        """What the tables of the kinds make of an option."""
        return [field for table in self.resource.tables for field in table.fields if field.option == option]

    def _part(self, path: str, option: str, value: Json, folder: str | None) -> InlineAsset | None:
        """What is described in place of a reference."""
        kinds = [field.value_type.reference_kind for field in self._fields(option) if field.value_type.reference_kind]
        return described(kinds[0], path, value, folder) if kinds else None

    def _secrets(self, option: str, value: Json) -> set[str]:
        """The secret texts in what an option holds."""
        secrets: set[str] = set()
        for field in self._fields(option):
            inner = field.value_type.spec().get("options", {})
            hidden = [name for name, about in inner.items() if about.get("no_log")]
            if isinstance(value, dict):
                secrets |= {text for name in hidden for text in _texts(value.get(name))}
            if field.secret or (hidden and not isinstance(value, dict)):
                secrets |= _texts(value)
        return secrets

    def _from(self, folder: str | None, option: str, value: Json) -> Json:
        """A relative path in a file is meant from its folder."""
        if folder is None or option not in self.local or not isinstance(value, str) or is_cloud(value):
            return value
        return os.path.join(folder, os.path.expanduser(value))


def _about(arguments: Arguments, option: str) -> t.Mapping[str, t.Any]:
    """What an argument spec says of an option, by its dotted path."""
    name, _dot, inner = option.partition(".")
    about: t.Mapping[str, t.Any] = arguments[name]
    return _about(about["options"], inner) if inner else about


def _texts(value: Json) -> set[str]:
    """All texts in a value, wherever they stand."""
    if isinstance(value, (dict, list)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return {text for item in inner for text in _texts(item)}
    return set() if value is None else {str(value)}
