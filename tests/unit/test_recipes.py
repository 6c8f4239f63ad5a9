"""The recipes of the guide: the files that each names are there, as many as it says, and no other is needed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timezone
from pathlib import Path

import pytest

from tests.support.made_runs import MadeRun, page_of
from tui.domain.filter import names, parse
from tui.domain.filter.names import Attribute
from tui.domain.runs import frame as frames
from tui.domain.runs import snapshot as snapshots
from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.table import ATTRIBUTE_TITLES
from tui.domain.runs.view import RunsViewSpec, SortKey, build_view

ROOT = Path(__file__).parents[2]
RECIPES = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Recipes")[2].splitlines()
COUNTED = [line for line in RECIPES if re.search(r"\(\d+ files\)", line)]
LIMITS = {"A column of the runs table": 4, "A list screen": 7}


@pytest.mark.parametrize("recipe", COUNTED, ids=[line.split("**")[1] for line in COUNTED])
def test_a_recipe_needs_the_files_that_it_names(recipe: str) -> None:
    said = re.search(r"\((\d+) files\)", recipe)
    assert said is not None
    # What the tests and the tables that are made take besides is told after those of the deck itself.
    deck = recipe.partition("Beside these")[0]
    files = dict.fromkeys(re.findall(r"`([a-zA-Z_]+/[a-zA-Z_/]+\.py)`", deck))
    assert len(files) + deck.count("one of `") == int(said[1])
    for file in files:
        there = (ROOT / file, ROOT / "tui" / file)
        assert any(one.is_file() for one in there), file


def test_no_recipe_has_grown() -> None:
    for start, limit in LIMITS.items():
        (recipe,) = [line for line in COUNTED if line.startswith(f"- **{start}")]
        said = re.search(r"\((\d+) files\)", recipe)
        assert said is not None and int(said[1]) <= limit


def test_a_new_column_of_every_run_needs_its_name_and_its_texts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is derived of the table of attributes when it is imported.
    monkeypatch.setitem(names._ALIASES, "region", "region")
    monkeypatch.setitem(ATTRIBUTE_TITLES, "region", "region")
    monkeypatch.setitem(names.ATTRIBUTES, "region", Attribute("text", title="region", in_page=True))
    for module in (names, frames, snapshots):
        monkeypatch.setattr(module, "IN_PAGE", ("user", "region"))
    page = page_of([MadeRun("one", start=1), MadeRun("two", start=2)])
    frame = RunsFrame()
    frame.append(replace(page, info={**page.info, "region": ["west", "east"]}))
    spec = RunsViewSpec(columns=("region",), sort=(SortKey("region", False),), zone=timezone.utc)
    table = build_view(frame.snapshot(), spec)
    assert [column.title for column in table.columns][-1] == "region"
    assert list(table.texts("region", 0, 2)) == ["east", "west"]
    assert list(table.values("region", 0, 2)) == ["east", "west"]
    assert build_view(frame.snapshot(), replace(spec, query=parse("region = 'west'"))).row_count == 1
