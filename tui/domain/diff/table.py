"""A comparison as a grid draws it: rows by name and a column a thing, or the other way round."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timezone, tzinfo
from decimal import Decimal
from itertools import count, pairwise

from tui.domain import quantities
from tui.domain.diff.arrangement import Arranged, ShownRow, sort_key
from tui.domain.diff.comparison import Comparison, Section, exact_number
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.ranking import Direction, is_seed
from tui.domain.runs.run_facts import STATUS_WORDS
from tui.domain.table import Column, Tone
from tui.domain.text import clean, keeping, named, shared_start, width

# What a cell of a comparison says: the value, and how it differs from the baseline's.


LONGEST_SHOWN = 400
"""Characters of a value that a cell holds; the whole of it opens on enter."""

_SAMPLE = 24  # values of a row that its precision is taken from
_KEPT = 4096  # rows of which what was found is kept
_PERCENT = 7  # cells in which shares are set flush
REMOVED, ADDED = "removed", "added"
Write = Callable[[float], str]


@dataclass(frozen=True)
class Difference:
    """How a value differs from the baseline's: the difference, its share, better or worse where that is known."""

    delta: str = ""
    share: str = ""
    verdict: str = ""  # "better", "worse" or ""
    differs: bool = False

    @property
    def tone(self) -> Tone:
        return {"better": "good", "worse": "bad"}.get(self.verdict, "")  # type: ignore[return-value]


_SAME = Difference()


class CellWriter:
    """Writes the cells of a comparison against one baseline; the numbers of a row share one precision."""

    def __init__(
        self, comparison: Comparison, baseline: int, glyphs: Glyphs = UNICODE, zone: tzinfo = timezone.utc
    ) -> None:
        self.comparison = comparison
        self.baseline = baseline
        self.glyphs = glyphs
        self._zone = zone
        self._plain = glyphs.ellipsis == "~"
        self._writers: dict[tuple[int, int], Write] = {}
        self._partings: dict[tuple[int, int], dict[str, int]] = {}
        self._differing: dict[tuple[int, int], list[bool]] = {}
        self._changes: dict[tuple[int, int, int], Difference] = {}

    def value(self, section: Section, row: int, column: int, cells: int = 0) -> str:
        """The value as one line: ``–`` where it is absent, ``""`` where it is an empty text.

        A text that is longer than ``cells`` is cut so that what tells it from the row's other texts stays.
        """
        if not section.present[row, column]:
            return self.glyphs.absent
        text = section.text(row, column)
        if text is None:
            return self._number(section, row, float(section.numbers[row, column]))
        if section.group == "overview" and section.keys[row] == "status":
            return STATUS_WORDS.get(text, clean(text).lower())
        apart = self._parting(section, row, column) if len(text) > (cells or LONGEST_SHOWN) else 0
        if apart > LONGEST_SHOWN // 2:
            begun = apart - LONGEST_SHOWN // 4
            text, apart = self.glyphs.ellipsis + text[begun:], apart - begun + 1
        shown = clean(text[:LONGEST_SHOWN])
        if cells and apart:
            return keeping(shown, len(clean(text[:apart])), cells, self.glyphs.ellipsis)
        return shown or '""'

    def _parting(self, section: Section, row: int, column: int) -> int:
        """How many characters a text begins with as another of its row does; 0 where there is only one."""
        key = id(section), row
        found = self._partings.get(key)
        if found is None:
            if len(self._partings) > _KEPT:
                self._partings.clear()
            columns = range(section.present.shape[1])
            texts = sorted({text for at in columns if (text := section.text(row, at)) is not None})
            found = self._partings[key] = dict.fromkeys(texts, 0)
            for one, other in pairwise(texts):
                shared = shared_start(one, other)
                found[one], found[other] = max(found[one], shared), max(found[other], shared)
        return found[section.text(row, column) or ""]

    def whole(self, section: Section, row: int, column: int) -> str:
        """The value in full, as it was recorded; "" where it is absent."""
        if not section.present[row, column]:
            return ""
        text = section.text(row, column)
        if text is not None:
            return text
        value = float(section.numbers[row, column])
        if section.unit:
            return self._number(section, row, value)
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)

    def differs(self, section: Section, row: int, column: int) -> bool:
        """Whether a cell differs from the baseline's."""
        key = id(section), row
        found = self._differing.get(key)
        if found is None:
            if len(self._differing) > _KEPT:
                self._differing.clear()
            found = self._differing[key] = section.differs_from(self.baseline, row, row + 1)[0].tolist()
        return found[column]

    def change(self, section: Section, row: int, column: int) -> Difference:
        """How a cell differs from the baseline's; nothing where it does not."""
        if column == self.baseline or not self.differs(section, row, column):
            return _SAME
        key = id(section), row, column
        found = self._changes.get(key)
        if found is None:
            if len(self._changes) > 4 * _KEPT:
                self._changes.clear()
            found = self._changes[key] = self._changed(section, row, column)
        return found

    def _changed(self, section: Section, row: int, column: int) -> Difference:
        base = self.baseline
        here, there = bool(section.present[row, column]), bool(section.present[row, base])
        if not here or not there:
            return Difference(ADDED if here else REMOVED, differs=True)
        if not (section.numeric[row, column] and section.numeric[row, base]):
            return Difference("!=" if self._plain else "≠", differs=True)
        value, baseline = float(section.numbers[row, column]), float(section.numbers[row, base])
        verdict = self.comparison.direction(section, row).verdict(value, baseline)
        if section.holds_texts and is_seed(section.keys[row]):
            return Difference("!=" if self._plain else "≠", differs=True)  # one seed is not twice another
        if section.holds_texts:
            return Difference(self._of_params(section, row, column), "", "", differs=True)
        share = quantities.share(value, baseline, plain=self._plain)
        if section.unit and math.isfinite(value - baseline):
            sign = "+" if value > baseline else "-" if self._plain else "−"
            delta = sign + quantities.duration(round(abs(value - baseline)))
            return Difference(delta, share if section.unit == "ms" else "", "", differs=True)
        return Difference(
            quantities.difference(value, baseline, plain=self._plain), share or " ", verdict, differs=True
        )

    def delta(self, section: Section, row: int, column: int) -> int | float | None:
        """The difference from the baseline as a number, exact where that can be said; None where it is no number."""
        if section.holds_texts:
            return quantities.exact_difference(*self._exact(section, row, column))
        return quantities.exact_difference(
            float(section.numbers[row, column]), float(section.numbers[row, self.baseline])
        )

    def change_text(self, change: Difference) -> str:
        """A change as one cell: shares stand flush under each other, a sign at the end says better or worse."""
        if not change.differs:
            return ""
        sign = {"better": self.better_sign, "worse": self.worse_sign}.get(change.verdict, " ")
        return f"{change.delta} {change.share:>{_PERCENT}} {sign}" if change.share else f"{change.delta} {sign}"

    @property
    def better_sign(self) -> str:
        return "b" if self._plain else self.glyphs.done

    @property
    def worse_sign(self) -> str:
        return "w" if self._plain else self.glyphs.failed

    def value_tone(self, section: Section, row: int, column: int) -> Tone:
        """Differences stand out by weight: what is as in the baseline is muted."""
        if not section.present[row, column]:
            return "muted"
        if section.numeric[row, column] and math.isnan(section.numbers[row, column]):
            return "warn"
        if column == self.baseline:
            return ""
        return "strong" if self.differs(section, row, column) else "muted"

    def direction(self, section: Section, row: int) -> str:
        """Which way is better: ``↑``, ``↓?`` where that is a guess, "" where nothing is known."""
        known: Direction = self.comparison.direction(section, row)
        if not known.better:
            return ""
        sign = self.glyphs.up if known.better == "higher" else self.glyphs.down
        return sign + ("?" if known.guessed else "")

    def _number(self, section: Section, row: int, value: float) -> str:
        if section.unit == "ms":
            return quantities.duration(round(value))
        if section.unit == "at":
            return quantities.stamp(round(value), self._zone)
        write = self._writers.get((id(section), row))
        if write is None:
            values = section.numbers[row][section.numeric[row]]
            every = max(1, len(values) // _SAMPLE)
            write = quantities.writer(values[::every].tolist(), "inf" if self._plain else quantities.INFINITY)
            if len(self._writers) > _KEPT:
                self._writers.clear()
            self._writers[id(section), row] = write
        return write(value)

    def _of_params(self, section: Section, row: int, column: int) -> str:
        """By a factor where that is worth naming, else by its share; whole numbers by how many."""
        one, other = self._exact(section, row, column)
        if factor := quantities.ratio(one, other, plain=self._plain):
            return factor
        value, baseline = float(one), float(other)
        fractional = value * baseline > 0 and not (value.is_integer() and baseline.is_integer())
        share = quantities.share(value, baseline, plain=self._plain) if fractional else ""
        return share or quantities.difference(one, other, plain=self._plain)

    def _exact(self, section: Section, row: int, column: int) -> tuple[Decimal, Decimal]:
        return exact_number(section.text(row, column) or "0"), exact_number(section.text(row, self.baseline) or "0")


NAME, BETTER = "name", "better"
_NAME_CELLS = (14, 40)
_VALUE_CELLS = (7, 48)
_CHANGE_CELLS = (8, 24)
_TITLE_CELLS = 20
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 120, 6
_NUMBERS_MEASURED = 4_000  # cells of numbers and changes whose widths are measured; of more, some
_MEASURED = 20_000  # changes whose widths are measured where things are rows
_NUMBER_CELLS = 14  # cells up to which numbers are whole: the end of one reads as another number
_NARROW = 100  # cells of a table below which it may not show all of a pair
_GUTTERS = 8  # cells of a line that belong to no column
_generations = count(1)


def subject_titles(comparison: Comparison) -> list[str]:
    """What each thing is called; those of one name are told apart by where they are from, or by their ids."""
    names = [named(subject.name) or subject.id[:8] for subject in comparison.subjects]
    times = Counter(names)
    titles = []
    for name, subject in zip(names, comparison.subjects, strict=True):
        title = name if times[name] == 1 else f"{name} {clean(subject.run_id or subject.id)[:6]}"
        titles.append(f"{clean(subject.context)}: {title}" if subject.context else title)
    return titles


def value_column(column: int) -> str:
    """The key of the grid's column with the values of the thing in that column."""
    return f"v{column}"


def change_column(column: int) -> str:
    """The key of the grid's column with its changes from the baseline."""
    return f"d{column}"


def subject_of(key: str | None) -> int | None:
    """The thing whose value or change a grid's column shows."""
    return int(key[1:]) if key is not None and key[:1] in ("v", "d") and key[1:].isdigit() else None


class CompareTable:
    """Rows by name, a pair of columns (value, change) for each thing, the baseline frozen beside the names.

    ``room`` is the width in cells to be filled where there are few things.
    Implements ``domain.table.Table``; texts are made when they are asked for.
    """

    def __init__(self, comparison: Comparison, arranged: Arranged, writer: CellWriter, *, room: int = 0) -> None:
        self.comparison = comparison
        self.arranged = arranged
        self.writer = writer
        self.generation = next(_generations)
        self.titles = subject_titles(comparison)
        self._glyphs = writer.glyphs
        self._headings = {shown.group: shown for shown in arranged.groups}
        self.columns = self._columns(room)
        self._widths = {column.key: column.width for column in self.columns}

    # --- Table --------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(self.arranged.rows)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        rows = self.arranged.rows[start:stop]
        if key == NAME:
            return [self._cut_name(row) for row in range(start, start + len(rows))]
        if key == BETTER:
            return ["" if s.is_heading else self.writer.direction(s.section, s.row) for s in rows]
        column = subject_of(key)
        assert column is not None, key
        if key[0] == "v":
            cells = self._widths[key]
            return ["" if s.is_heading else self.writer.value(s.section, s.row, column, cells) for s in rows]
        return ["" if s.is_heading else self.writer.change_text(self._change(s, column)) for s in rows]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        rows = self.arranged.rows[start:stop]
        if key == NAME:
            return ["strong" if s.is_heading else "muted" if s.is_part else "" for s in rows]
        if key == BETTER:
            return ["muted"] * len(rows)
        column = subject_of(key)
        assert column is not None, key
        if key[0] == "d":
            return ["" if s.is_heading else self._change(s, column).tone for s in rows]
        return ["" if s.is_heading else self._value_tone(s, column) for s in rows]

    def row_key(self, row: int) -> str:
        return self.arranged.rows[row].id

    def row_of(self, row_key: str) -> int | None:
        return self.arranged.row_of.get(row_key)

    # --- beyond Table -------------------------------------------------------------------------------------------

    def _change(self, shown: ShownRow, column: int) -> Difference:
        return self.writer.change(shown.section, shown.row, column)

    def _value_tone(self, shown: ShownRow, column: int) -> Tone:
        return self.writer.value_tone(shown.section, shown.row, column)

    def _name(self, shown: ShownRow) -> str:
        if shown.is_heading:
            group = self._headings[shown.section.group]
            sign = self._glyphs.folded if group.folded else self._glyphs.unfolded
            return f"{sign} {clean(group.group)} ({group.shown})"
        return ("    " if shown.is_part else "  ") + named(shown.key)

    def _cut_name(self, row: int) -> str:
        """The name in a row; one that is too long keeps what tells it from its neighbours."""
        rows = self.arranged.rows
        name, cells = self._name(rows[row]), self._widths[NAME]
        if width(name) <= cells:
            return name
        around = [self._name(rows[at]) for at in (row - 1, row + 1) if 0 <= at < len(rows)]
        return keeping(name, max(shared_start(name, other) for other in [*around, ""]), cells, self._glyphs.ellipsis)

    def _columns(self, room: int) -> tuple[Column, ...]:
        if not self.titles:
            return (Column(NAME, "", _NAME_CELLS[0], frozen=True),)
        rows = self.arranged.rows
        sample = [shown for shown in rows[:: max(1, len(rows) // _SAMPLE_ROWS)]]
        names = _fitting([self._name(shown) for shown in sample], _NAME_CELLS, most=1.0)
        base = self.arranged.baseline
        others = self.others
        looked_at = [base, *others[:_SAMPLE_COLUMNS]]
        values = [self.writer.value(s.section, s.row, c) for s in sample if not s.is_heading for c in looked_at]
        # Half a number reads as another number: of these every row counts, where there are not very many.
        every = [s for s in rows[:: max(1, len(rows) * len(looked_at) // _NUMBERS_MEASURED)] if not s.is_heading]
        changes = [self.writer.change_text(self._change(s, c)) for s in every for c in looked_at[1:]]
        change = _fitting(changes, _CHANGE_CELLS, most=1.0)
        wanted = _fitting(values, _VALUE_CELLS)
        share = (room - _GUTTERS - names - 4 - len(others) * (change + 5)) // max(1, len(self.titles)) - 3
        numbers = [
            width(self.writer.value(s.section, s.row, c))
            for s in every
            for c in looked_at
            if s.section.numeric[s.row, c]
        ]
        value = max(min(wanted, max(14, share)), min(max(numbers, default=0), _NUMBER_CELLS))
        value = max(_VALUE_CELLS[0], value + self.arranged.arrangement.wider)
        titles = [min(_TITLE_CELLS, width(title)) for title in self.titles]
        columns = [Column(NAME, "", names, frozen=True), Column(BETTER, "", 2, frozen=True)]
        mark = f"{self._glyphs.mark} {self.titles[base]}"
        baseline = Column(value_column(base), mark, max(value, titles[base] + 2), frozen=True, group="baseline")
        pairs = [
            (
                Column(value_column(column), self.titles[column], max(value, titles[column]), group=f"{column}"),
                Column(change_column(column), "change", change, "right", group=f"{column}"),
            )
            for column in others
        ]
        if len(pairs) == 1 and 0 < room < _NARROW:
            # What matters is in view then: the change beside the name.
            return self._marked(*columns, pairs[0][1], replace(baseline, frozen=False), pairs[0][0])
        return self._marked(*columns, baseline, *(column for pair in pairs for column in pair))

    @property
    def others(self) -> list[int]:
        """The things besides the baseline, in the order of their columns."""
        ids = [subject.id for subject in self.comparison.subjects]
        wanted = [ids.index(one) for one in self.arranged.arrangement.places if one in ids]
        return [one for one in dict.fromkeys([*wanted, *range(len(ids))]) if one != self.arranged.baseline]

    def _marked(self, *columns: Column) -> tuple[Column, ...]:
        """The columns, those marked that rows are sorted by."""
        orders = dict(self.arranged.arrangement.sort)
        return tuple(
            replace(column, order="down" if orders[key] else "up")
            if (key := self.sort_key(column.key)) in orders
            else column
            for column in columns
        )

    def sort_key(self, column: str) -> str:
        """What is sorted by where that is asked for in a column."""
        subject = subject_of(column)
        if subject is None:
            return sort_key("name")
        return sort_key("value" if column[0] == "v" else "change", self.comparison.subjects[subject].id)


class FlippedTable:
    """A row a thing and a pair of columns (value, change) for each row of the comparison: for many things, few rows."""

    def __init__(self, comparison: Comparison, arranged: Arranged, writer: CellWriter) -> None:
        self.comparison = comparison
        self.arranged = arranged
        self.writer = writer
        self.generation = next(_generations)
        self.titles = subject_titles(comparison)
        self._shown = [shown for shown in arranged.rows if not shown.is_heading]
        base = arranged.baseline
        self._order = sorted(range(len(self.titles)), key=lambda column: column != base)
        self._row_of = {comparison.subjects[column].id: row for row, column in enumerate(self._order)}
        self.columns = self._columns()
        self._widths = {column.key: column.width for column in self.columns}

    @property
    def row_count(self) -> int:
        return len(self._order)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        columns = self._order[start:stop]
        if key == NAME:
            mark = self.writer.glyphs.mark
            return [f"{mark if column == self._order[0] else ' '} {self.titles[column]}" for column in columns]
        shown = self.shown_at(key)
        assert shown is not None, key
        if key[0] == "v":
            cells = self._widths[key]
            return [self.writer.value(shown.section, shown.row, column, cells) for column in columns]
        return [self.writer.change_text(self.writer.change(shown.section, shown.row, column)) for column in columns]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        columns = self._order[start:stop]
        if key == NAME:
            return ["accent" if column == self._order[0] else "" for column in columns]
        shown = self.shown_at(key)
        assert shown is not None, key
        if key[0] == "d":
            return [self.writer.change(shown.section, shown.row, column).tone for column in columns]
        return [self.writer.value_tone(shown.section, shown.row, column) for column in columns]

    def row_key(self, row: int) -> str:
        return self.comparison.subjects[self._order[row]].id

    def row_of(self, row_key: str) -> int | None:
        return self._row_of.get(row_key)

    def shown_at(self, key: str | None) -> ShownRow | None:
        """The row of the comparison that a column shows."""
        place = subject_of(key)
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def subject_at(self, row: int) -> int:
        """The thing in a row."""
        return self._order[row]

    def _columns(self) -> tuple[Column, ...]:
        wider = self.arranged.arrangement.wider
        columns = [Column(NAME, "", _fitting([f"  {title}" for title in self.titles[:500]], _NAME_CELLS), frozen=True)]
        sample = self._order[:: max(1, len(self._order) // 8)][:8]
        # Half a number reads as another number: as many changes are measured as there is time for.
        apart = max(1, len(self._order) * len(self._shown) // _MEASURED)
        changed = self._order[::apart]
        for place, shown in enumerate(self._shown):
            title = " ".join(
                part for part in (named(shown.key), self.writer.direction(shown.section, shown.row)) if part
            )
            change = 18
            if len(self._shown) <= 2000:
                values = [self.writer.value(shown.section, shown.row, column) for column in sample]
                cells = _fitting([title[:_TITLE_CELLS], *values], (_VALUE_CELLS[0], 24)) + wider
                texts = [self.writer.change_text(self.writer.change(shown.section, shown.row, c)) for c in changed]
                change = _fitting(texts, _CHANGE_CELLS, most=1.0)
            else:
                cells = 16 + wider  # so many columns are not all measured
            number = not shown.section.holds_texts
            columns.append(
                Column(
                    value_column(place),
                    title,
                    max(_VALUE_CELLS[0], cells),
                    "right" if number else "left",
                    group=shown.section.group,
                )
            )
            if shown.section.numeric[shown.row].any() and shown.section.differs[shown.row]:
                columns.append(Column(change_column(place), "change", change, "right", group=shown.section.group))
        return tuple(columns)


@dataclass(frozen=True)
class Laid:
    """A comparison laid out: its rows in their order, what writes its cells, and the table that shows them."""

    arranged: Arranged
    writer: CellWriter
    table: CompareTable | FlippedTable


def _fitting(texts: Sequence[str], bounds: tuple[int, int], most: float = 0.95) -> int:
    """A width that suits most of the texts: a few long ones do not make a column wide."""
    cells = sorted(width(text) for text in texts)
    usual = cells[min(len(cells) - 1, int(len(cells) * most))] if cells else 0
    return max(bounds[0], min(bounds[1], usual))
