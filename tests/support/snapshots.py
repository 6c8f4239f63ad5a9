"""Pictures of screens, compared with those kept beside the tests; a failure leaves a page with both pictures."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App

from tests.support.driver import Deck

REPORTS = Path("build") / "snapshot_report"
TITLE = "mlflow-deck"
Picture = Callable[..., None]


class SvgExtension(SingleFileSnapshotExtension):
    """One ``.svg`` file for each picture, which any browser shows."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def picture(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> Picture:
    """``picture(deck)`` compares the screen with the picture kept for this test; ``--snapshot-update`` keeps it anew.

    ``picture(deck, name="…")`` tells several pictures of one test apart.
    """

    def compare(deck: Deck[Any] | App[Any], name: str | None = None) -> None:
        app = deck.app if isinstance(deck, Deck) else deck
        drawn = normalised(app.export_screenshot(title=TITLE))
        svg = snapshot.with_defaults(extension_class=SvgExtension)
        if svg(name=name) == drawn if name else svg == drawn:
            return
        kept = svg.executions[svg.num_executions - 1].recalled_data
        kept = kept if isinstance(kept, str) else ""
        page = _report(request.node.nodeid + (f" {name}" if name else ""), kept, drawn, request.config.rootpath)
        if not kept:
            pytest.fail(f"no picture is kept yet; --snapshot-update keeps this one: {page}", pytrace=False)
        lines = difflib.unified_diff(screen_text(kept), screen_text(drawn), "kept", "now", lineterm="", n=1)
        said = "\n".join(lines) or "the words are the same; colours or weights differ"
        pytest.fail(f"the screen has changed; both pictures: {page}\n{said}", pytrace=False)

    return compare


def normalised(svg: str) -> str:
    """The picture without what differs from one drawing to the next though nobody could see it."""
    return re.sub(r"terminal-\d+", "terminal", svg).replace("\r\n", "\n").rstrip() + "\n"


def screen_text(svg: str) -> list[str]:
    """The lines of text in a picture, by their places."""
    rows: dict[float, list[tuple[float, str]]] = {}
    body = svg[svg.rfind("<g class=") :]
    for attributes, text in re.findall(r"<text ([^>]*)>([^<]*)</text>", body):
        x, y = (re.search(rf'\b{axis}="([\d.]+)"', attributes) for axis in "xy")
        if x and y:
            rows.setdefault(float(y[1]), []).append((float(x[1]), html.unescape(text).replace("\xa0", " ")))
    cell = 12.2  # the width that Rich gives one character
    lines = []
    for _, pieces in sorted(rows.items()):
        line = ""
        for left, text in sorted(pieces):
            line = line.ljust(round(left / cell)) + text
        lines.append(line.rstrip())
    return lines


def _report(test: str, kept: str, drawn: str, root: Path) -> Path:
    folder = root / REPORTS
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / (re.sub(r"[^\w.-]+", "-", test).strip("-") + ".html")
    page.write_text(
        "<!doctype html><meta charset=utf-8>"
        f"<title>{html.escape(test)}</title><style>body{{font:14px sans-serif;background:#ddd}}"
        ".pair{display:flex;gap:1em;flex-wrap:wrap}.pair>div{flex:1 1 600px}img{width:100%}</style>"
        f"<h1>{html.escape(test)}</h1><div class=pair>"
        f"<div><h2>kept</h2>{_image(kept)}</div><div><h2>now</h2>{_image(drawn)}</div></div>",
        encoding="utf-8",
    )
    return page


def _image(svg: str) -> str:
    if not svg:
        return "<p>none</p>"
    from base64 import b64encode

    # As an image of its own, so that the two pictures' styles do not meet.
    return f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
