"""A chart as SVG: well-formed whatever names hold, curves and bars, linear and log, what is not finite left out."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from tui.domain.series.scales import DrawnCurve, chart_svg, span_of, step_ticks

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(title: str, curves: list[DrawnCurve], *, log: bool = False) -> ElementTree.Element:
    ticks = step_ticks(span_of(0, 10), 5, fractional=False)
    return ElementTree.fromstring(chart_svg(title, curves, ticks, "step", log=log))


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{NAMESPACE}text")]


def test_curves_are_lines_with_a_legend_and_names_are_never_markup() -> None:
    hostile = 'a</text><script>alert("x")</script>\x1b[31m'
    root = drawn("loss & co", [DrawnCurve(hostile, [0, 5, 10], [3, 1, 2]), DrawnCurve("b", [0, 10], [0, 4])])
    lines = list(root.iter(f"{NAMESPACE}polyline"))
    assert len(lines) == 2 and lines[0].get("points", "").count(",") == 3
    assert not list(root.iter(f"{NAMESPACE}script"))
    assert "loss & co" in texts(root) and any("<script>" in text and text.endswith("2") for text in texts(root))
    assert "\x1b" not in "".join(texts(root))


def test_what_cannot_be_drawn_is_left_out() -> None:
    root = drawn("loss", [DrawnCurve("a", [0, 1, 2, 3], [1.0, math.nan, math.inf, 2.0])])
    assert next(root.iter(f"{NAMESPACE}polyline")).get("points", "").count(",") == 2
    root = drawn("loss", [DrawnCurve("a", [0, 1, 2], [-1.0, 10.0, 100.0])], log=True)
    assert next(root.iter(f"{NAMESPACE}polyline")).get("points", "").count(",") == 2
    assert any(text.endswith("100") for text in texts(root))
    assert "no points that can be drawn" in texts(drawn("loss", []))


def test_single_values_are_bars_from_zero() -> None:
    root = drawn("auc", [DrawnCurve("a", [0], [0.5]), DrawnCurve("b", [0], [-0.5]), DrawnCurve("c", [], [])])
    bars = list(root.iter(f"{NAMESPACE}rect"))[1:]
    assert len(bars) == 2
    first, second = bars
    assert float(first.get("y", "")) + float(first.get("height", "")) == float(second.get("y", ""))


def test_many_curves_are_told_apart_and_counted() -> None:
    root = drawn("loss", [DrawnCurve(f"run-{n}", [0, 1], [n, n + 1]) for n in range(25)])
    looks = {(line.get("stroke"), line.get("stroke-dasharray")) for line in root.iter(f"{NAMESPACE}polyline")}
    assert len(looks) == 25
    assert "and 5 more" in texts(root)
