"""One name stands for one thing, and the guide names what is there."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "tui"
DEMO = PACKAGE / "demo"  # plays a server, in that server's own words, and is imported by no reader of its answers


def test_a_public_class_name_stands_for_one_class() -> None:
    """What is nested is named with what holds it, as ``Grid.Opened``, and so may come again."""
    homes: dict[str, list[str]] = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        if not file.is_relative_to(DEMO):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(file.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_the_guide_names_files_that_are_there() -> None:
    """A path in it is the project's, or one under ``tui``; NAME stands for what a recipe makes."""
    root = PACKAGE.parent
    said = re.findall(
        r"`((?:tui/|tests/|[a-z]+/)[\w/]+(?:\.py)?)`", (root / "docs" / "architecture.md").read_text("utf-8")
    )
    assert len(said) > 30
    there = [path for path in said if "NAME" in path or (root / path).exists() or (PACKAGE / path).exists()]
    assert there == said


def test_a_style_sheet_that_is_named_is_there_and_none_is_left_over() -> None:
    named = {
        argument.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "style_sheets"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert named == {sheet.name for sheet in (PACKAGE.parent / "styles").glob("*.tcss")}


def test_no_handler_calls_the_one_of_its_base() -> None:
    """Textual calls the handler of every class of a widget: who calls a base's has it done twice."""
    calls = re.compile(r"super\(\)\.on_(?!event\b)\w+\(")
    assert [file.name for file in sorted(PACKAGE.rglob("*.py")) if calls.search(file.read_text("utf-8"))] == []
