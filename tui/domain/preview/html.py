"""What an HTML page is, without showing it: its title, its words, and what it would load."""

from __future__ import annotations

import re
from html import unescape

from tui.domain.quantities import count
from tui.domain.text import clean

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|svg)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*(?:>|\Z)", re.DOTALL)
_OPENED = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)")
_LOADED = re.compile(r"""\b(?:src|href)\s*=\s*["']?(https?:)?//([^/"'\s>]+)""", re.IGNORECASE)
_MADE_BY = (
    ("plotly", "Plotly"), ("bokeh", "Bokeh"), ("vega", "Vega"), ("d3.", "D3"), ("shap", "SHAP"),
    ("evidently", "Evidently"), ("ydata", "ydata-profiling"), ("jupyter", "Jupyter"),
)  # fmt: skip
_WORDS = 600


def facts(text: str) -> list[tuple[str, str]]:
    """Names and values about a page, or about the head of one."""
    found: list[tuple[str, str]] = []
    title = _TITLE.search(text)
    if title:
        found.append(("title", _one_line(title[1])[:200]))
    tags = [tag.lower() for tag in _OPENED.findall(text)]
    counted = [(name, tags.count(name)) for name in ("script", "table", "img", "svg", "iframe", "form")]
    inside = ", ".join(f"{count(number)} × {name}" for name, number in counted if number)
    if inside:
        found.append(("holds", inside))
    lowered = text[:200_000].lower()
    tools = [name for sign, name in _MADE_BY if sign in lowered]
    if tools:
        found.append(("looks like", ", ".join(tools)))
    hosts = sorted({clean(host) for _, host in _LOADED.findall(text)})
    if hosts:
        found.append(("would load from", ", ".join(hosts[:8]) + (" …" if len(hosts) > 8 else "")))
    words = _one_line(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    if words:
        found.append(("says", words[:_WORDS] + (" …" if len(words) > _WORDS else "")))
    return found


def _one_line(text: str) -> str:
    return clean(" ".join(unescape(text).split()))
