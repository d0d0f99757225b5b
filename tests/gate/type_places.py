"""The places that a resource type needs, and those that a type lacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

JOBS = "batch_job"  # its module runs jobs instead of managing a resource: its tests have files of their own
UNFILLED = ("plugins", "changelogs/fragments", "meta", "tests/emulator", "tests/unit/plugins", "tests/conformance")
TEXTS = (".py", ".yml", ".md")


def types(root: Path) -> list[str]:
    """The names of the resource types in the repository at ``root``."""
    folder = root / "plugins/module_utils/_types"
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def missing(name: str, root: Path) -> list[str]:
    """The places that the type lacks, each with what has to be there."""
    return [place for place, exists in _places(name, root) if not exists]


def unfilled(root: Path) -> list[str]:
    """Where a skeleton still says TODO: ``FILE:LINE: TEXT``."""
    files = [file for folder in UNFILLED for file in sorted((root / folder).rglob("*")) if file.suffix in TEXTS]
    return [
        f"{file.relative_to(root)}:{number}: {line.strip()}"
        for file in [*files, root / "README.md", root / "plugins/module_utils/README.md"]
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if "TODO" in line
    ]


def _places(name: str, root: Path) -> Iterator[tuple[str, bool]]:
    def has(file: str, pattern: str) -> bool:
        return re.search(pattern, (root / file).read_text(encoding="utf-8"), re.MULTILINE) is not None

    def some(folder: str, pattern: str, ending: str = ".py") -> bool:
        return any(has(str(file.relative_to(root)), pattern) for file in (root / folder).rglob(f"*{ending}"))

    table = f"plugins/module_utils/_types/{name}.py"
    collection = _collection((root / table).read_text(encoding="utf-8"))
    is_asset = has(table, r"\bAssetType\(")
    yield "a module", (root / f"plugins/modules/{name}.py").exists()
    yield "an info module", (root / f"plugins/modules/{name}_info.py").exists()
    modules = (name, f"{name}_info")
    yield "an action plugin for both modules", all((root / f"plugins/action/{one}.py").exists() for one in modules)
    yield (
        "an entry for both modules in meta/runtime.yml",
        all(has("meta/runtime.yml", rf"^    - {one}$") for one in modules),
    )
    yield "a row in README.md", has("README.md", rf"^\| `{name}` \|") and has("README.md", rf"`{name}_info`")
    yield "a place on the map in plugins/module_utils/README.md", has("plugins/module_utils/README.md", f"`{name}`")
    yield "a changelog fragment", some("changelogs/fragments", rf"\b{name}\b|First release", ".yml")
    yield "a surface in tests/emulator", some("tests/emulator", rf'{collection}/\*|"{collection}"')
    words = re.sub(r"(?=[A-Z])", " ", collection).lower()
    yield (
        "a mention in tests/emulator/README.md",
        has("tests/emulator/README.md", rf"^\| ARM \|.*\b{'assets' if is_asset else words}\b"),
    )
    if name == JOBS:
        return
    tests = "tests/unit/plugins"
    yield "a module test", bool(list((root / tests / "modules").glob(f"test_{name}*.py")))
    yield (
        "a twin in test_info_modules.py or a test of its own",
        has(f"{tests}/modules/test_info_modules.py", rf"^    {name}: \({name}_info,")
        or (root / f"{tests}/modules/test_{name}_info.py").exists(),
    )
    # Assets are in the matrix if asset_container.py lists them.
    listing = "plugins/modules/asset_container.py" if is_asset else f"{tests}/matrix/subjects.py"
    yield "a subject in the matrix (subjects.py)", has(listing, rf"\b{name.upper()}\b")
    effects = f"{tests}/matrix/effects.py"
    yield "a Scene of the module in the matrix (effects.py)", has(effects, f'"{name}"')
    # Those of asset info modules are made from REFERENCES.
    info = f'^REFERENCES = .*"{collection}":' if is_asset else f'"{name}_info"'
    yield "a Scene of the info module in the matrix (effects.py)", has(effects, info)
    yield (
        "a body in tests/conformance/test_typed_models.py",
        has("tests/conformance/test_typed_models.py", rf"\b{collection}\b"),
    )


def _collection(table: str) -> str:
    """The last collection in the path of a type, e.g. ``deployments``."""
    texts = [node.value for node in ast.walk(ast.parse(table)) if isinstance(node, ast.Constant)]
    paths = [text for text in texts if isinstance(text, str) and re.fullmatch(r"(\w+/{\w+}/?)+", text)]
    steps = re.findall(r"(\w+)/{\w+}", paths[0])
    return str(steps[-2] if steps[-1] == "versions" else steps[-1])
