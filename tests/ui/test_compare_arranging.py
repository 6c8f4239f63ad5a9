"""A comparison by keys: its rows sorted, filtered, folded and flipped, its baseline and its columns."""

from __future__ import annotations

import math
import subprocess
from dataclasses import replace
from pathlib import Path

from tests.support.compare import IDS, column, compare, laid_out, rows, screen, sweep
from tests.support.deck import message, run
from tui.domain.diff.table import FlippedTable
from tui.features.compare.screen import CompareScreen
from tui.features.run.screen import RunScreen


async def test_differences_all_rows_and_tags_of_mlflow(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 50)) as deck:
        await compare(deck, IDS[1], IDS[3], IDS[5])
        assert "cfg.layers[1]" in rows(deck)
        assert "cfg" not in rows(deck)
        assert not {"depth", "epochs"} & set(rows(deck))
        await deck.press("x")
        await laid_out(deck)
        assert {"depth", "epochs", "cfg", "team"} <= set(rows(deck))
        assert "mlflow.user" not in rows(deck)
        await deck.press("t")
        await laid_out(deck)
        assert "mlflow.user" in rows(deck)


async def test_the_baseline_moves_and_changes_are_told_from_it(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[3])
        assert column(deck) == "trial-3"
        assert "÷10" in deck.line_with("  lr ")
        assert "✓" in deck.line_with("val_auc")
        await deck.press("b")
        await deck.until_text("baseline trial-3")
        await laid_out(deck)
        assert "×10" in deck.line_with("  lr ")
        assert "✗" in deck.line_with("val_auc")


async def test_from_difference_to_difference(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        await deck.press("x")
        await laid_out(deck)
        opened.rows.grid.move_to_row(0)
        seen = []
        for _ in range(4):
            await deck.press("n")
            shown = opened.rows.row_here()
            seen.append(shown.key if shown is not None else "")
        assert seen == ["cfg", "cfg.layers[1]", "lr", "val_auc"]
        await deck.press("N")
        shown = opened.rows.row_here()
        assert shown is not None
        assert shown.key == "lr"


async def test_rows_sorted_filtered_and_folded(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[6])
        await deck.press("S")
        await deck.until_text("Sort rows by")
        await deck.type("change")
        await deck.press("enter")
        await deck.until_text("by change from the baseline")
        assert rows(deck).index("seed") < rows(deck).index("lr") or rows(deck)[1] in ("seed", "lr")

        await deck.press("slash")
        await deck.type("val_")
        await deck.until(lambda: rows(deck) == ["▾ metrics (2)", "val_loss", "val_auc"], "the rows are filtered")
        await deck.press("enter")
        assert "filter: val_" in deck.text()
        await deck.press("Z")
        await deck.until(lambda: rows(deck) == ["▸ metrics (2)"], "the group is folded")
        await deck.press("enter")
        await deck.until(lambda: len(rows(deck)) == 3, "the group is unfolded by opening it")
        await deck.press("escape")
        await deck.until(lambda: "lr" in rows(deck), "the filter is gone")
        await deck.press("F")
        await deck.until(lambda: all(row.startswith("▸") for row in rows(deck)), "every group is folded")

        await deck.press("slash")
        await deck.type("nothing like it")
        await deck.until_text("No row holds")
        await deck.press("escape")
        assert isinstance(deck.app.screen, CompareScreen)


async def test_runs_as_rows_and_back(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[3], IDS[5])
        await deck.press("T")
        await deck.until(lambda: isinstance(opened.rows.grid.table, FlippedTable), "runs are rows")
        assert rows(deck) == ["◆ trial-1", "trial-3", "trial-5"]
        opened.rows.grid.move_to(IDS[5])
        await deck.press("b")
        await deck.until_text("baseline trial-5")
        await deck.press("T")
        await deck.until(lambda: not isinstance(opened.rows.grid.table, FlippedTable), "runs are columns again")


async def test_a_row_and_a_value_in_full(tmp_path: Path) -> None:
    long = run(7, name="long", params={"lr": "x" * 6000}, metrics={"val_auc": math.nan})
    async with sweep(tmp_path, [long]).open() as deck:
        await compare(deck, IDS[1], IDS[7])
        await deck.until(lambda: screen(deck).rows.grid.move_to("params::lr"), "the row is there")
        await deck.press("enter")
        await deck.until_text("enter the whole value")
        assert "trial-1" in deck.text()
        await deck.press("down", "enter")
        await deck.until_text("6 000 characters")
        await deck.press("escape", "escape")
        assert screen(deck).value_here() == ("lr", "x" * 6000)
        await deck.press("o")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run is open")


async def test_sideways_goes_from_run_to_run(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(80, 24)) as deck:
        await compare(deck, *IDS[1:7])
        seen = [column(deck)]
        for _ in range(5):
            await deck.press("right")
            seen.append(column(deck))
        assert seen == ["trial-2", "trial-3", "trial-4", "trial-5", "trial-6", "trial-6"]
        await deck.press("end")
        assert column(deck) == "trial-6"
        await deck.press("left", "left")
        assert column(deck) == "trial-4"


async def test_wider_columns(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        opened = await compare(deck, *IDS[1:7])
        table = opened.rows.grid.table
        assert table is not None
        before = {c.key: c.width for c in table.columns}
        await deck.press("greater_than_sign", "greater_than_sign")
        await laid_out(deck)
        table = opened.rows.grid.table
        assert table is not None
        after = {c.key: c.width for c in table.columns}
        assert after["v3"] > before["v3"]


async def test_the_commits_of_two_runs(tmp_path: Path) -> None:
    other = run(9, name="other", tags={"mlflow.source.git.commit": "0123456789abcdef"})
    async with sweep(tmp_path, [other]).open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("V")  # one commit: there is nothing between
        await compare(deck, IDS[1], IDS[9])
        await deck.press("V")
        await deck.until(lambda: "not inside a git repository" in message(deck), "it is said")


async def test_the_commits_of_a_git_folder(tmp_path: Path) -> None:
    """Of a run in a Databricks workspace the commit of its git folder is known, and its own is not."""

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", "-C", str(tmp_path), *who, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    commits = []
    for rate in ("0.1", "0.2"):
        (tmp_path / "train.py").write_text(f"rate = {rate}\n")
        git("add", "train.py")
        git("commit", "-q", "-m", f"rate {rate}")
        commits.append(git("rev-parse", "HEAD"))
    made = [
        replace(run(number, name=f"job-{number}"), tags={"mlflow.databricks.gitRepoCommit": commit})
        for number, commit in zip((8, 9), commits, strict=True)
    ]
    async with sweep(tmp_path, made).open() as deck:
        await compare(deck, IDS[8], IDS[9])
        await deck.press("V")
        await deck.until_text(f"git diff {commits[0][:10]} {commits[1][:10]}")
        assert "-rate = 0.1" in deck.text() and "+rate = 0.2" in deck.text()


async def test_a_view_of_one_comparison_opens_another_so(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open(size=(160, 50)) as deck:
        await compare(deck, IDS[1], IDS[3], IDS[5])
        await deck.press("x", "slash")
        await deck.type("e")
        await deck.press("enter")
        await deck.press("T", "K")
        await deck.type("every row")
        await deck.until_text("keep what is shown under this name, everywhere")
        await deck.press("enter")
        await deck.until_text("View “every row” is kept in")
    async with made.open(size=(160, 50)) as deck:
        opened = await compare(deck, IDS[2], IDS[4])
        assert opened.rows.looked_at().arrangement.more == {"order": "name"}
        await deck.press("colon")
        await deck.type("view every row")
        await deck.press("enter")
        await deck.until(lambda: isinstance(opened.rows.grid.table, FlippedTable), "it is turned round")
        look = opened.rows.looked_at()
        assert look.filter == "e" and look.arrangement.more == {"order": "name", "all_rows": True, "flipped": True}
