"""A comparison, or a list as it is shown, as a text to keep or to hand on: Markdown, CSV, JSON, one page of HTML."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.util import find_spec
from itertools import chain
from typing import Any, TypeVar

from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.comparison import Comparison, relative
from tui.domain.diff.sheet import SYSTEM_METRICS
from tui.domain.diff.table import CellWriter, Difference, subject_titles
from tui.domain.filter.nodes import number as number_in
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import number
from tui.domain.table import Table, values_of
from tui.domain.text import clean, clean_block, named

T = TypeVar("T")

# What an export of a comparison says, whatever its form.


@dataclass(frozen=True)
class Cell:
    """One value: as it is shown, in full, as a number where it is one, and its change from the baseline's."""

    shown: str
    whole: str | None  # None where it is absent
    number: float | None
    change: Difference
    delta: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class ReportRow:
    """One row: its group and name, what it is a part of, which way is better, and a cell for each thing."""

    group: str
    name: str
    part_of: str
    better: str
    guessed: bool
    differs: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ComparisonReport:
    """A comparison ready to be written. ``ids`` and ``titles`` are those of the things compared, in order."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    origins: tuple[str, ...]
    baseline: int
    tolerance: float
    rows: tuple[ReportRow, ...]
    groups: Mapping[str, tuple[int, int]]  # rows, and how many differ
    verdict_signs: Mapping[str, str]
    things: str = "runs"


Render = Callable[[ComparisonReport], str]


def report(comparison: Comparison, arranged: Arranged, writer: CellWriter) -> ComparisonReport:
    """The rows that are arranged, those of folded groups left out."""
    system = arranged.arrangement.system_tags
    counts = {group: comparison.count(group, system=system) for group in comparison.groups}
    return ComparisonReport(
        ids=tuple(subject.id for subject in comparison.subjects),
        titles=tuple(subject_titles(comparison)),
        origins=tuple(subject.origin for subject in comparison.subjects),
        baseline=arranged.baseline,
        tolerance=comparison.tolerance,
        rows=tuple(
            _row(comparison, arranged, writer, at) for at, row in enumerate(arranged.rows) if not row.is_heading
        ),
        groups={group: (found.rows, found.differing) for group, found in counts.items()},
        verdict_signs={"better": writer.better_sign, "worse": writer.worse_sign},
        things=f"{comparison.subjects[0].thing}s" if comparison.subjects else "runs",
    )


def _row(comparison: Comparison, arranged: Arranged, writer: CellWriter, at: int) -> ReportRow:
    shown = arranged.rows[at]
    section, row = shown.section, shown.row
    direction = comparison.direction(section, row)
    parent = int(section.parents[row])
    shares = relative(section.numbers[row], section.numbers[row, arranged.baseline])
    cells = []
    for column in range(len(comparison.subjects)):
        there = bool(section.present[row, column])
        value = float(section.numbers[row, column]) if section.numeric[row, column] else None
        change = writer.change(section, row, column)
        comparable = change.differs and value is not None and bool(section.numeric[row, arranged.baseline])
        cells.append(
            Cell(
                shown=writer.value(section, row, column),
                whole=writer.whole(section, row, column) if there else None,
                number=value,
                change=change,
                delta=writer.delta(section, row, column) if comparable else None,
                share=_finite(float(shares[column])) if comparable else None,
            )
        )
    return ReportRow(
        group=section.group,
        name=section.keys[row],
        part_of=section.keys[parent] if parent >= 0 else "",
        better=direction.better,
        guessed=direction.guessed,
        differs=bool(section.differs[row]),
        cells=tuple(cells),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def counts_line(made: ComparisonReport) -> str:
    """``9 of 126 params differ, 5 of 9 metrics differ; tolerance 1e-9``."""
    parts = [f"{differing} of {rows} {group} differ" for group, (rows, differing) in made.groups.items() if rows]
    return f"{', '.join(parts)}; tolerance {number(made.tolerance)}"


def shown_table(table: Table) -> tuple[list[str], list[Sequence[str]]]:
    """Any table as it is shown: titles, and rows of texts."""
    keys = [column.key for column in table.columns]
    titles = [clean(column.title) for column in table.columns]
    columns = [table.texts(key, 0, table.row_count) for key in keys]
    return titles, list(zip(*columns, strict=True)) if columns else []


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
    return f"'{text}" if text[:1] in _FORMULA and number_in(text) is None else text


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


def table_markdown(shown: Table, gauge: Gauge | None = None) -> str:
    """Any table as it is shown."""
    titles, rows = shown_table(shown)
    return rows_markdown(titles, (gauge or Gauge()).counted(rows))


def rows_markdown(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of texts below their titles."""
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


# A list as it is shown, its values in full: a row a row, a column a column.


@dataclass
class Gauge:
    """How many rows of an export have been written, for whoever looks on from another thread and may stop it."""

    total: int = 0
    done: int = 0
    stopped: bool = False

    def counted(self, rows: Iterable[T], by: int = 1) -> Iterator[T]:
        """The same, each counted as ``by`` rows once it is written; raises Problem where it was stopped."""
        for row in rows:
            if self.stopped:
                raise Problem(Kind.CANCELLED, "The export was stopped", "Nothing was written.")
            yield row
            self.done += by


@dataclass(frozen=True)
class ExportedRows:
    """The names of the columns, and the values of each: numbers, texts, and None where there is nothing."""

    names: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    gauge: Gauge = field(default_factory=Gauge)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return self.gauge.counted(zip(*self.columns, strict=True))


def sheet_of(table: Table, keys: str = "", gauge: Gauge | None = None) -> ExportedRows:
    """What a table shows; with ``keys``, what identifies its rows is the first column, under that name."""
    shown = [column for column in table.columns if column.key or column.title]
    titles = Counter(column.title for column in shown)
    names, columns = [], []
    if keys:
        names.append(keys)
        columns.append([table.row_key(row) for row in range(table.row_count)])
    for column in shown:
        plain = column.title if column.title and titles[column.title] == 1 else f"{column.title} {column.key}".strip()
        names.append(column.key if "." in column.key else plain)
        columns.append(list(values_of(table, column.key, 0, table.row_count)))
    return ExportedRows(tuple(names), tuple(columns), gauge or Gauge(table.row_count))


def as_csv(sheet: ExportedRows) -> str:
    """A line a row; floats in full, NaN and infinities by name, nothing where there is nothing."""
    return written(chain([sheet.names], sheet.rows()))


def as_json(sheet: ExportedRows) -> str:
    """An object a row: null is nothing, "" is empty, and "NaN", "Infinity", "-Infinity" stand for what JSON lacks."""
    rows = (dict(zip(sheet.names, (_in_json(value) for value in row), strict=True)) for row in sheet.rows())
    texts = [json.dumps(row, ensure_ascii=False, indent=1, allow_nan=False).replace("\n", "\n ") for row in rows]
    return "[\n " + ",\n ".join(texts) + "\n]\n" if texts else "[]\n"


def _in_json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def can_write_parquet() -> bool:
    return find_spec("pyarrow") is not None


def parquet(sheet: ExportedRows) -> bytes:
    """Columns of one type each: nothing is null, NaN is NaN; numbers beside texts are written as texts."""
    import pyarrow
    import pyarrow.parquet

    by = len(sheet.columns[0]) // len(sheet.columns) if sheet.columns else 0
    columns = sheet.gauge.counted(sheet.columns, by)
    arrays = [pyarrow.array(_of_one_type(values), from_pandas=False) for values in columns]
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=_unlike(sheet.names)), out)
    return out.getvalue()


def _of_one_type(values: Sequence[Any]) -> list[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return [float(value) if float in kinds and value is not None else value for value in values]
    if len(kinds) > 1 or not kinds <= {str, bool}:
        return [value if value is None or isinstance(value, str) else repr(value) for value in values]
    return [value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values]


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found
