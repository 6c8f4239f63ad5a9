"""The pictures of the README, drawn anew from the sample store: ``python -m tests.support.screenshots``."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.support.driver import Deck, drive
from tests.support.snapshots import drawing
from tui.app.application import DeckApp
from tui.config.launch import Launch, Options, resolve
from tui.config.model import Settings
from tui.demo.samples import ensure_sample
from tui.services.session import open_session

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (120, 32)

Walk = Callable[[Deck[int]], Awaitable[None]]


async def _runs(deck: Deck[int]) -> None:
    await deck.press("enter")
    await deck.until_text("gallant-ox-12")
    await deck.press("/")
    await deck.type("auc > 0.92")
    await deck.press("enter")
    await deck.settle()


async def _comparison(deck: Deck[int]) -> None:
    await _runs(deck)
    await deck.press("space", "down", "space", "c")
    await deck.until_text("params (")
    await deck.settle()


async def _curves(deck: Deck[int]) -> None:
    await _runs(deck)
    await deck.press("space", "down", "space", "p")
    await deck.settle()
    await deck.type("val_loss")
    await deck.settle()
    await deck.press("enter")
    await deck.until(lambda: "live" in deck.lines()[0] and "Reading" not in deck.text(), "the curves are drawn")
    await deck.settle()


async def _move(deck: Deck[int]) -> None:
    await deck.press("2")
    await deck.until_text("fraud_score")
    await deck.press("tab", "g", "a")
    await deck.until_text("to version")
    await deck.type("champion")
    await deck.press("tab", "end", *["backspace"] * 3)
    await deck.type("14")
    await deck.until(lambda: "signature" in deck.text() or "notes" in deck.text(), "the evidence is there")
    await deck.settle()


WALKS: Mapping[str, Walk] = {"runs": _runs, "comparison": _comparison, "move": _move, "curves": _curves}


async def _drawn(launch: Launch, walk: Walk) -> str:
    app = DeckApp(launch, lambda wanted: open_session(wanted, None), environment=os.environ, folder=Path.cwd())
    async with drive(app, SIZE) as deck:
        await deck.until(lambda: app.page is not None, "the context is open")
        await deck.until_text("churn/weekly")
        await walk(deck)
        return drawing(app)


def draw(folder: Path, sample_uri: str) -> dict[str, str]:
    """Every picture by its name; ``folder`` is for what the deck remembers meanwhile."""
    os.environ["HOME"] = str(folder)  # what is below it is shown with ~
    os.environ.update({f"XDG_{name}_HOME": str(folder / name) for name in ("STATE", "CACHE", "CONFIG")})
    launch = resolve(Options(tracking_uri=sample_uri), {}, folder, Settings())
    return {name: asyncio.run(_drawn(launch, walk)) for name, walk in WALKS.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        sample = ensure_sample(Path(kept) / "sample")
        PICTURES.mkdir(exist_ok=True)
        for called, svg in draw(Path(kept), sample.tracking_uri).items():
            (PICTURES / f"{called}.svg").write_text(svg, encoding="utf-8")
