"""A setting that a hint names exists: every such hint in the source is read, and the setting loaded."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.app.actions import ACTIONS
from tui.config import model
from tui.config.load import load

ROOT = Path(__file__).parents[2]
OF_CONTEXTS = {field.name for field in dataclasses.fields(model.ContextSettings)}
# "timeout: in the configuration", "registry_uri: workspace)"
SETTING = re.compile(r"(?<![\w:/.`{])([a-z][a-z_]+):(?= (?:in the (?:context|configuration)|[a-z-]+[.,)]))")
HINT_AT = {"Problem": 3, "Finding": 2, "warning": 1, "skipped": 0}  # the argument that says what to do


def hints() -> Iterator[tuple[str, str]]:
    """The hints of problems in the source, with where they stand; parts that are computed are left out."""
    for file in sorted((ROOT / "tui").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                at = HINT_AT.get(getattr(node.func, "id", getattr(node.func, "attr", "")), 99)
                if len(node.args) > at:
                    yield text_of(node.args[at]), f"{file.relative_to(ROOT)}:{node.lineno}"
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "HINTS":
                for value in getattr(node.value, "values", ()):
                    yield text_of(value), f"{file.relative_to(ROOT)}:{value.lineno}"


def text_of(node: ast.expr) -> str:
    parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return " ".join(parts)


NAMED = sorted({(name, where) for text, where in hints() for name in SETTING.findall(text)})


def test_some_hints_name_settings() -> None:
    assert {"timeout", "registry_uri", "catalog"} <= {name for name, _ in NAMED}
    assert not [where for text, where in hints() if re.search(r"\btimeout_s\b", text)]


@pytest.mark.parametrize(("name", "where"), NAMED)
def test_a_setting_that_a_hint_names_is_one(name: str, where: str, tmp_path: Path) -> None:
    assert name in OF_CONTEXTS, where
    value = {"timeout": "20", "registry_uri": "workspace", "catalog": "prod"}[name]
    file = tmp_path / "config.yaml"
    file.write_text(f"contexts:\n  prod:\n    tracking_uri: databricks\n    {name}: {value}\n", encoding="utf-8")
    assert str(getattr(load(file, "", lambda: ACTIONS).contexts["prod"], name)).startswith(value)
