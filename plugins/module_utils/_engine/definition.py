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
from .._names.dotted_path import get_at, set_at, spellings, without
from .._names.json_types import Json
from .._names.storage_uri import is_cloud
from .._schema.resource_type import Field, Options, ResourceType
from .option_type import About, chosen, kind_of, typed, unknown_keys

# Only a task with a definition needs what reads it: a module is compiled each time that it runs.
if t.TYPE_CHECKING:
    from .inline_assets import InlineAsset

NAME = "definition"
SCHEMA = "$schema"
# What az ml ... show adds to every resource.
SHOWN = ("id", "resourceGroup", "creation_context", "provisioning_state")


@dataclasses.dataclass(frozen=True)
class Document:
    """A definition that has been read. ``folder``: that of its file, where relative paths start; None in a task."""

    tree: t.Mapping[str, Json]
    folder: str | None


def read_document(given: t.Any) -> Document:
    """Raises InvalidOption for a file that cannot be read, and for what is no mapping."""
    from .._local.mapping_file import read_mapping

    folder = os.path.dirname(os.path.abspath(os.path.expanduser(given))) if isinstance(given, str) else None
    return Document(read_mapping(given, NAME), folder)


Reader = t.Callable[[str, Json, "str | None"], Json]
"""From the path of a key, what a file has there, and its folder to the option value. Raises InvalidOption."""


@dataclasses.dataclass(frozen=True)
class Key:
    """The option behind a key of a definition.

    - ``option``: dotted path of the option; ``about``: its argument spec
    - ``fields``: the fields of this option in the tables of all kinds
    - ``is_path``: its text may be a local path
    - ``reader``: reads the value of an option that is in no table
    """

    option: str
    about: About
    fields: tuple[Field, ...] = ()
    is_path: bool = False
    reader: Reader | None = None

    def inline_asset(self, path: str, value: Json, folder: str | None) -> InlineAsset | None:
        """The asset that the value describes in place of a reference; None for a reference or any other value."""
        from .inline_assets import inline_asset

        kinds = [field.value_type.reference_kind for field in self.fields if field.value_type.reference_kind]
        return inline_asset(kinds[0], path, value, folder) if kinds else None

    def read(self, path: str, value: Json, folder: str | None) -> Json:
        """The option value. Raises InvalidOption, naming ``path``, and never quoting a secret."""
        for field in self.fields[:1]:
            value = field.value_type.from_file(value)
        if self.reader:
            value = self.reader(f"{NAME}.{path}", value, folder)
        value = typed(f"{NAME}.{path}", value, self.about)
        if folder is None and self.secrets_in(value):
            raise InvalidOption(
                f"{NAME}.{path}: a secret does not belong into a definition in a task, which is logged. "
                f"Give it in {self.option}, or the whole definition in a file."
            )
        if folder is not None and self.is_path and isinstance(value, str) and not is_cloud(value):
            return os.path.join(folder, os.path.expanduser(value))
        return value

    def secrets_in(self, value: Json) -> set[str]:
        """All texts that are secret, or in the place of a secret."""
        secrets: set[str] = set()
        for field in self.fields:
            inner = field.value_type.spec().get("options", {})
            hidden = [name for name, about in inner.items() if about.get("no_log")]
            if isinstance(value, dict):
                secrets |= {text for name in hidden for text in _texts(value.get(name))}
            if field.secret or (hidden and not isinstance(value, dict)):
                secrets |= _texts(value)
        return secrets


@dataclasses.dataclass(frozen=True)
class Definition:
    """The keys that a definition of a resource type may have.

    - ``arguments``: the argument spec of the module
    - ``extra``: options that are in no table
    - ``local``: options whose text may be a local path
    - ``named``: whether it names its resource, and its parent
    - ``readers``: more options that are in no table, and what reads their values
    - ``content``: keys that are no options stay in the definition, since they are the content. Otherwise nothing stays
      there but inline assets: a map from options to ``InlineAsset``.
    """

    resource: ResourceType
    arguments: t.Mapping[str, t.Any]
    extra: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    content: bool = False
    named: bool = True
    readers: t.Mapping[str, Reader] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def keys(self) -> dict[str, Key]:
        """Dotted path in the definition -> its option."""
        names = re.findall(r"{(\w+)}", self.resource.path) if self.named else []
        kinds = [self.resource.kinds.option] if self.resource.kinds else []
        paths = {option: option for option in (*names, *kinds, *self.extra, *self.readers)}
        fields: dict[str, list[Field]] = {}
        for table in self.resource.tables:
            for field in table.fields:
                if field.option != NAME and field.option not in self.resource.shown:
                    paths.update(dict.fromkeys((field.option, *spellings(field.yaml or field.option)), field.option))
                    fields.setdefault(field.option, []).append(field)
        return {
            path: Key(
                option,
                self._about(option),
                tuple(fields.get(option, ())),
                option in self.local,
                self.readers.get(option),
            )
            for path, option in paths.items()
        }

    @functools.cached_property
    def _no_effect(self) -> dict[str, Json]:
        return {path: value for key, value in self.resource.no_effect.items() for path in spellings(key)}

    def _about(self, option: str) -> About:
        about: About = {"options": self.arguments}
        for name in option.split("."):
            about = about["options"][name]
        return about

    def completed(self, options: Options, register_secret: t.Callable[[str], None]) -> dict[str, t.Any]:
        """The options, with what the definition gives where the task gives nothing.

        Raises InvalidOption, naming the path, for an unknown key, and for a value that its option cannot hold.
        """
        given = options[NAME]
        completed = copy.deepcopy(dict(options))
        if given is None:
            return completed
        document = given if isinstance(given, Document) else read_document(given)
        self._check_kind(document.tree)
        rest: dict[str, Json] = {}
        unknown: list[str] = []
        leaves = list(self._leaves(self._settable(document.tree, options), "", rest, unknown))
        for path, value in leaves:
            for secret in self.keys[path].secrets_in(value):
                register_secret(secret)
        if unknown:
            raise InvalidOption(self._not_supported(unknown))
        inline: dict[str, InlineAsset] = {}
        for path, value in sorted(leaves, key=lambda leaf: leaf[0] == self.keys[leaf[0]].option):
            key = self.keys[path]
            if value is None or get_at(options, key.option) is not None:
                continue
            if asset := key.inline_asset(path, value, document.folder):
                inline[key.option] = asset
            else:
                set_at(completed, key.option, key.read(path, value, document.folder))
        self._add_what_is_meant(completed, {path for path, _value in leaves})
        if self.content:
            from .inline_assets import normalized_component

            completed[NAME] = normalized_component(rest, document.folder)
        else:
            completed[NAME] = self._with_files(inline, completed) or None
        return completed

    def _settable(self, tree: t.Mapping[str, Json], options: Options) -> t.Mapping[str, Json]:
        """The tree without the keys that ``az ml ... show`` adds and ignores in a file, as any of its versions does."""
        kinds = self.resource.kinds
        kind = kinds and (options[kinds.option] or chosen(tree.get(kinds.option), kinds.tables))
        table = kinds.tables[kind] if kinds and kind else self.resource
        for shown in (*SHOWN, *table.shown):
            for path in spellings(shown):
                tree = without(tree, path)
        return tree

    def _add_what_is_meant(self, completed: dict[str, t.Any], said: t.Collection[str]) -> None:
        """Add what a definition of a whole resource, not of a few options, means by leaving keys out."""
        fields = [field for table in self.resource.tables for field in table.fields]
        if not any(field.needed and field.option in said for field in fields):
            return
        for field in fields:
            if field.left_out_means is not None and get_at(completed, field.option) is None:
                set_at(completed, field.option, copy.deepcopy(field.left_out_means))

    def _with_files(self, inline: t.Mapping[str, InlineAsset], options: Options) -> dict[str, InlineAsset]:
        """The inline assets with the files that other options name in them."""
        files = {
            option: get_at(options, field.holds)
            for option in inline
            for field in self.keys[option].fields
            if field.holds
        }
        return {
            option: asset.requiring(files[option]) if files.get(option) else asset for option, asset in inline.items()
        }

    def _leaves(
        self, tree: t.Mapping[str, Json], above: str, rest: dict[str, Json], unknown: list[str]
    ) -> t.Iterator[tuple[str, Json]]:
        """The known keys with their values. Others are added to ``rest`` if they are the content, else to ``unknown``.

        Raises InvalidOption where a map is expected.
        """
        for name, value in tree.items():
            path = f"{above}{name}"
            if path in self.keys:
                unknown += self._unknown_in(path, value)
                yield path, value
            elif self._is_group(path) and isinstance(value, (dict, type(None))):
                yield from self._leaves(value or {}, f"{path}.", rest, unknown)
            elif self.content:
                rest[name] = value
            elif self._is_group(path):
                raise InvalidOption(f"{NAME}.{path}: expected a map, not {kind_of(value)}.")
            elif path != SCHEMA and (path not in self._no_effect or value != self._no_effect[path]):
                unknown.append(path)

    def _unknown_in(self, path: str, value: Json) -> t.Iterator[str]:
        """The paths inside an option's value that it does not have, also those of an older form of the file."""
        if isinstance(value, dict):
            yield from (f"{path}.{name}" for name in value if f"{path}.{name}" in self.resource.left_out)
        yield from unknown_keys(path, value, self.keys[path].about)

    def _is_group(self, path: str) -> bool:
        return any(known.startswith(f"{path}.") for known in self.keys)

    def _not_supported(self, paths: t.Sequence[str]) -> str:
        """What is wrong with unknown keys, all of them, and which are known beside them."""
        if len(paths) == 1:
            known = ", ".join(self._known_below(paths[0].rpartition(".")[0]))
            supported = f" Supported here: {known}." if known else ""
            return f"{NAME}.{paths[0]}: this key is not supported{self._why(paths[0])}.{supported}"
        levels = list(dict.fromkeys(path.rpartition(".")[0] for path in paths))
        known = "; ".join(
            f"{f'in {level}: ' if level else ''}{', '.join(self._known_below(level))}" for level in levels
        )
        listed = "; ".join(f"{path}{self._why(path)}" for path in paths)
        return f"{NAME}: these keys are not supported: {listed}. Supported: {known}."

    def _known_below(self, level: str) -> list[str]:
        """The keys that a definition may have at a path: beside options, or inside the value of one."""
        above = f"{level}." if level else ""
        known = {key[len(above) :].split(".")[0] for key in self.keys if key.startswith(above)}
        if known:
            return sorted(known)
        option = max((key for key in self.keys if above.startswith(f"{key}.")), key=len, default="")
        about = self.keys[option].about if option else {}
        for step in level[len(option) :].split("."):
            about = about.get("options", {}).get(step, about)
        return sorted(about.get("options", ()))

    def _check_kind(self, tree: t.Mapping[str, Json]) -> None:
        """Another kind has other keys, so it is refused before them."""
        kinds = self.resource.kinds
        kind = tree.get(kinds.option) if kinds else None
        if kinds and kind is not None and chosen(kind, kinds.tables) is None:
            supported, why = ", ".join(kinds.tables), self._why(str(kind))
            raise InvalidOption(f"{NAME}.{kinds.option}: {kind!r} is not supported{why}. Supported here: {supported}.")

    def _why(self, word: str) -> str:
        why = self.resource.left_out.get(word)
        return f": {why}" if why else ""


def _texts(value: Json) -> set[str]:
    """All texts in a value, at any depth."""
    if isinstance(value, (dict, list)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return {text for item in inner for text in _texts(item)}
    return set() if value is None else {str(value)}
