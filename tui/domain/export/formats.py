"""The forms in which a comparison, or any table, is handed on: CSV, JSON, Markdown and one page of HTML."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.export.report import Cell, ComparisonReport, Render, ReportRow, counts_line, shown_table
from tui.domain.filter.literals import number
from tui.domain.table import Table
from tui.domain.text import clean, clean_block, named


@dataclass(frozen=True)
class Format:
    """One form: its name for people, the ending of its files, and what writes it."""

    title: str
    ending: str
    render: Render


# As some spreadsheets begin a formula; the last ones are the wide forms of the first.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))


def comparison_csv(made: ComparisonReport) -> str:
    """A line a row: group, name, better, differs, then each run's value, difference and share of the baseline's."""
    head = ["group", "name", "better", "differs"]
    for at, title in enumerate(made.titles):
        head += [title] if at == made.baseline else [title, f"{title} delta", f"{title} share"]
    lines: list[Sequence[str]] = [head]
    for row in made.rows:
        better = row.better + (" (guessed)" if row.guessed else "")
        line = [row.group, row.name, better, "yes" if row.differs else "no"]
        for at, cell in enumerate(row.cells):
            line.append("" if cell.whole is None else cell.whole)
            if at != made.baseline:
                line += ["" if value is None else repr(value) for value in (cell.delta, cell.share)]
        lines.append(line)
    return written(lines)


def written(lines: Iterable[Sequence[Any]]) -> str:
    """Lines of texts and numbers; None is written as nothing."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(text) for text in line] for line in lines)
    return out.getvalue()


def harmless(text: Any) -> str:
    """What a spreadsheet would take for a formula gets a quote before it; numbers stay as they are."""
    if not isinstance(text, str):
        if text is None:
            return ""
        return "NaN" if text != text else repr(text)
    return f"'{text}" if text[:1] in _FORMULA and number(text) is None else text


def comparison_json(made: ComparisonReport) -> str:
    """One object: ``runs``, ``baseline``, ``tolerance``, ``counts`` and ``rows``.

    A row's ``values`` are one a run: a number for metrics, a text for what was recorded as one, null where absent;
    NaN and infinities are the texts "NaN", "Infinity" and "-Infinity", since JSON has no numbers for them.
    """
    runs = [
        {"id": run_id, "name": title, "experiment": origin}
        for run_id, title, origin in zip(made.ids, made.titles, made.origins, strict=True)
    ]
    rows = [
        {
            "group": row.group,
            "name": row.name,
            **({"part_of": row.part_of} if row.part_of else {}),
            **({"better": row.better, "guessed": row.guessed} if row.better else {}),
            "differs": row.differs,
            "values": [_value(cell, row.group) for cell in row.cells],
            "deltas": [cell.delta for cell in row.cells],
            "shares": [cell.share for cell in row.cells],
            **({"verdicts": [cell.change.verdict or None for cell in row.cells]} if row.better else {}),
        }
        for row in made.rows
    ]
    whole = {
        "runs": runs,
        "baseline": made.ids[made.baseline] if made.ids else None,
        "tolerance": made.tolerance,
        "counts": {group: {"rows": many, "differing": differing} for group, (many, differing) in made.groups.items()},
        "rows": rows,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _value(cell: Cell, group: str) -> str | float | None:
    if cell.whole is None or group not in ("metrics", SYSTEM_METRICS) or cell.number is None:
        return cell.whole
    if math.isfinite(cell.number):
        return cell.number
    return "NaN" if math.isnan(cell.number) else "Infinity" if cell.number > 0 else "-Infinity"


_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\`*|<>[]#~"})
_LOOSE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # inside a word it is but a letter


def escaped(text: str) -> str:
    """Text that Markdown takes for itself, on one line."""
    return _LOOSE_UNDERSCORE.sub(r"\\_", clean(text).translate(_ESCAPED))


def comparison_markdown(made: ComparisonReport) -> str:
    """Rows under the headings of their groups, a column a run; changes stand behind the values."""
    mark = {made.baseline: " (baseline)"}
    head = ["", *(f"{escaped(title)}{mark.get(at, '')}" for at, title in enumerate(made.titles))]
    lines = [
        f"Compared {len(made.ids)} {made.things}: {counts_line(made)}.",
        "",
        _line(head),
        _line(["---"] * len(head)),
    ]
    group = ""
    for row in made.rows:
        if row.group != group:
            group = row.group
            lines.append(_line([f"**{escaped(group)}**", *[""] * len(made.ids)]))
        arrow = {"higher": " ↑", "lower": " ↓"}.get(row.better, "") + ("?" if row.guessed else "")
        cells = [f"{escaped(row.name)}{arrow}"]
        for cell in row.cells:
            change = " ".join(part for part in (cell.change.delta, cell.change.share.strip()) if part)
            verdict = made.verdict_signs.get(cell.change.verdict, "")
            shown = escaped(cell.shown)
            cells.append(" ".join(part for part in (shown, f"({escaped(change)})" if change else "", verdict) if part))
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def table_markdown(shown: Table) -> str:
    """Any table as it is shown."""
    titles, rows = shown_table(shown)
    head = [escaped(title) for title in titles]
    lines = [_line(head), _line(["---"] * len(head)), *(_line([escaped(text) for text in row]) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


_LONGEST = 10_000  # characters of a value on the page

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #1a7f37; --bad: #c2281d; }
@media (prefers-color-scheme: dark) { :root { --good: #6bc46d; --bad: #f47067; } }
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.15rem; margin: 0 0 .3rem; }
p { margin: 0 0 .8rem; opacity: .8; }
table { border-collapse: collapse; font: 13px/1.4 ui-monospace, Menlo, Consolas, monospace; }
th, td { text-align: left; padding: .15rem .8rem .15rem .4rem; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); }
td { max-width: 44ch; overflow-wrap: anywhere; white-space: pre-wrap; }
thead th { position: sticky; top: 0; background: Canvas; }
tbody th { position: sticky; left: 0; background: Canvas; font-weight: normal; }
tr.group th { font-weight: bold; background: var(--soft); position: static; }
tr.same td, .absent, .id { opacity: .55; }
small { margin-left: .8ch; white-space: nowrap; }
.better { color: var(--good); } .worse { color: var(--bad); }
.part th { padding-left: 2ch; }
#only:checked ~ table tr.same { display: none; }
"""


def comparison_html(made: ComparisonReport) -> str:
    """The page: a table with a column a run, and a box to tick for only what differs."""
    head = "".join(
        f"<th>{escape(title)}{' (baseline)' if at == made.baseline else ''}"
        f'<br><span class="id">{escape(clean(made.origins[at]))} {escape(clean(made.ids[at]))}</span></th>'
        for at, title in enumerate(made.titles)
    )
    body: list[str] = []
    group = ""
    for row in made.rows:
        if row.group != group:
            group = row.group
            body.append(f'<tr class="group"><th colspan="{len(made.ids) + 1}">{escape(clean(group))}</th></tr>')
        body.append(_html_row(row, made))
    title = f"Compared {len(made.ids)} {made.things}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{title}</h1><p>{escape(counts_line(made))}</p>\n"
        '<input type="checkbox" id="only"> <label for="only">only what differs</label>\n'
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>\n"
        + "\n".join(body)
        + "\n</tbody></table></body></html>\n"
    )


def _html_row(row: ReportRow, made: ComparisonReport) -> str:
    arrow = {"higher": " ↑", "lower": " ↓"}.get(row.better, "") + ("?" if row.guessed else "")
    classes = " ".join(part for part in ("" if row.differs else "same", "part" if row.part_of else "") if part)
    cells = "".join(_cell(cell, made) for cell in row.cells)
    return f'<tr class="{classes}"><th>{escape(named(row.name))}{arrow}</th>{cells}</tr>'


def _cell(cell: Cell, made: ComparisonReport) -> str:
    if cell.whole is None:
        shown = '<span class="absent">absent</span>'
    elif cell.number is not None and len(cell.shown) < 40:
        shown = escape(cell.shown)
    else:
        shown = escape(clean_block(cell.whole[:_LONGEST])) + (" …" if len(cell.whole) > _LONGEST else "")
    if not cell.change.differs or cell.change.delta == "absent":
        return f"<td>{shown}</td>"
    said = " ".join(part for part in (cell.change.delta, cell.change.share.strip()) if part)
    sign = made.verdict_signs.get(cell.change.verdict, "")
    return f'<td>{shown} <small class="{cell.change.verdict}">{escape(said)} {sign}</small></td>'


FORMATS: Mapping[str, Format] = {
    "md": Format("Markdown", "md", comparison_markdown),
    "csv": Format("CSV", "csv", comparison_csv),
    "json": Format("JSON", "json", comparison_json),
    "html": Format("HTML", "html", comparison_html),
}
