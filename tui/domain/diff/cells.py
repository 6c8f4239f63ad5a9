"""What a cell of a comparison says: the value, and how it differs from the baseline's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone, tzinfo
from decimal import Decimal
from itertools import pairwise

from tui.domain import quantities
from tui.domain.diff.comparison import Comparison, Section
from tui.domain.diff.directions import Direction, is_seed
from tui.domain.diff.parsed import exact_number
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.runs.tables import STATUS_WORDS
from tui.domain.table import Tone
from tui.domain.text import clean, keeping, shared_start

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
