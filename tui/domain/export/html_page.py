"""A comparison as one page of HTML that needs nothing else: no script, no address, light or dark as the reader's."""

from __future__ import annotations

from html import escape

from tui.domain.export.report import Cell, ComparisonReport, ReportRow, counts_line
from tui.domain.text import clean, clean_block, named

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


def comparison(made: ComparisonReport) -> str:
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
        body.append(_row(row, made))
    title = f"Compared {len(made.ids)} runs"
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


def _row(row: ReportRow, made: ComparisonReport) -> str:
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
