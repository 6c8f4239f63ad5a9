"""Numbers, and names with numbers, as they stand in tables of runs and metrics."""

from __future__ import annotations

from pathlib import Path

from tests.support.deck import enter_runs, experiment, run, world
from tui.features.run.screen import RunScreen


async def test_numbered_metrics_in_their_order_and_a_huge_value_alone_with_an_exponent(tmp_path: Path) -> None:
    runs = [
        run(n, metrics={"m/10": 0.9 - n / 1000, "m/1": 1e300 if n == 2 else n / 8, "m/2": 0.5 + n / 100})
        for n in (1, 2, 3)
    ]
    async with world(tmp_path, [experiment(1, "churn/weekly")], runs).open((200, 50)) as deck:
        await enter_runs(deck, "1e300")
        titles = deck.line_with("m/10").split()
        assert [title for title in titles if title.startswith("m/")] == ["m/1", "m/2", "m/10"]
        for number in ("0.125", "0.375", "0.899"):
            assert number in deck.text()
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the page is there")
        await deck.until_text("[Params")
        screen = deck.app.screen
        assert isinstance(screen, RunScreen)
        screen.tabs.open_tab("metrics")
        await deck.until_text("m/10")
        shown = deck.text()
        assert shown.index(" m/1 ") < shown.index(" m/2 ") < shown.index(" m/10 ")
