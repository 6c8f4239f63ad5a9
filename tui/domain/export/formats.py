"""The forms in which a comparison can be exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.export import csv_text, html_page, json_text, markdown
from tui.domain.export.report import Render


@dataclass(frozen=True)
class Format:
    """One form: its name for people, the ending of its files, and what writes it."""

    title: str
    ending: str
    render: Render


FORMATS: Mapping[str, Format] = {
    "md": Format("Markdown", "md", markdown.comparison),
    "csv": Format("CSV", "csv", csv_text.comparison),
    "json": Format("JSON", "json", json_text.comparison),
    "html": Format("HTML", "html", html_page.comparison),
}
