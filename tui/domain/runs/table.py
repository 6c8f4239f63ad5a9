"""The table of runs as a grid draws it, and which columns there are to choose from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np

from tui.domain.filter.names import ATTRIBUTES, Field, Figure, Kind
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import iso
from tui.domain.ranking import guess, words_of
from tui.domain.runs.cells import Cells, Moment, cells_of, short_name
from tui.domain.runs.forest import Forest, Longs, Placed
from tui.domain.runs.run_facts import SYSTEM
from tui.domain.runs.snapshot import Bools, Codes, FrameSnapshot
from tui.domain.table import Column, Tone
from tui.domain.text import clean, named, natural, width

# Which columns there are to choose from, and which are shown while nobody has chosen.


ATTRIBUTE_TITLES = {name: known.title for name, known in ATTRIBUTES.items() if known.title}
"""Titles of the columns that every run has, in the order in which they are offered."""

_SECTIONS: tuple[tuple[str, Kind], ...] = (("metrics", "metric"), ("params", "param"), ("tags", "tag"))
_KIND_OF: dict[str, Kind] = dict(_SECTIONS)
FIGURES: tuple[Figure, ...] = ("min", "max", "first", "step", "time")
"""What columns there are of a metric beside its last value; their keys are ``min.val_auc`` and so on."""

_FIGURES: dict[str, Figure] = {figure: figure for figure in FIGURES}
_MOST_METRICS = 8
_MOST_PARAMS = 8
_FAMILY = 4  # names alike but for a number, or of one folder, from which on they are a family
_WORDS = re.compile(r"[A-Za-z]+|\d+")
_OBJECTIVES = words_of("val valid validation test eval evaluation dev holdout oof best objective target")
_CHOICES = words_of(
    "lr learning rate batch bs arch architecture model backbone optimizer optim opt scheduler depth layers hidden dim "
    "width heads dropout decay epochs alpha beta gamma lambda momentum temperature prompt loss augment kernel eta "
    "leaves estimators"
)


@dataclass(frozen=True)
class ColumnInfo:
    """A column that may be shown: ``fill`` counts the runs that have it, ``constant`` means all have one same value."""

    key: str  # "start", "metrics.val_auc"
    title: str
    group: str  # "run", "metrics", "params" or "tags"
    fill: int
    constant: bool
    system: bool = False  # a tag of MLflow's own


def field_of(key: str) -> Field | None:
    """The field that a column's key means, None for a key that no column can have."""
    section, dot, rest = key.partition(".")
    if dot and section in _KIND_OF:
        return Field(_KIND_OF[section], rest)
    if dot and section in _FIGURES:
        return Field("metric", rest, _FIGURES[section])
    return Field("attribute", key) if key in ATTRIBUTE_TITLES else None


def key_of(field: Field) -> str:
    """The key of the column that shows ``field``."""
    if field.figure:
        return f"{field.figure}.{field.key}"
    return field.key if field.kind == "attribute" else f"{field.kind}s.{field.key}"


def group_of(field: Field) -> str:
    if field.kind == "metric" and is_system(field.key):
        return "system metrics"
    return "run" if field.kind == "attribute" else f"{field.kind}s"


def is_system(metric: str) -> bool:
    """Whether MLflow measured it of the machine, not a person of a model."""
    return metric.startswith(SYSTEM)


def title_of(field: Field) -> str:
    if field.kind == "attribute":
        return ATTRIBUTE_TITLES[field.key]
    return f"{field.figure} {named(field.key)}" if field.figure else named(field.key)


def columns(snapshot: FrameSnapshot, *, system_tags: bool = False) -> tuple[ColumnInfo, ...]:
    """Every column there is: what every run has, then metrics, params and tags by key; MLflow's own tags on request."""
    return snapshot.kept(("columns", system_tags), lambda: (_columns(snapshot, system_tags), 0))


def _columns(snapshot: FrameSnapshot, system_tags: bool) -> tuple[ColumnInfo, ...]:
    found = [_attribute(snapshot, name) for name in ATTRIBUTE_TITLES]
    alive = snapshot.run_count
    for group, _ in _SECTIONS:
        keys = snapshot.keys(group)
        fills = keys.fills.tolist()
        same = (keys.lows == keys.highs).tolist()
        own: list[ColumnInfo] = []
        for number, key in enumerate(keys):
            fill = fills[number]
            system = group == "tags" and key.startswith("mlflow.")
            if fill and (system_tags or not system):
                one_value = same[number] if group == "metrics" else len(keys.pools[number]) == 1
                own.append(ColumnInfo(f"{group}.{key}", named(key), group, fill, one_value and fill == alive, system))
        found.extend(sorted(own, key=lambda info: natural(info.key)))
    return tuple(found)


def _attribute(snapshot: FrameSnapshot, name: str) -> ColumnInfo:
    field = Field("attribute", name)
    alive = snapshot.alive
    if ATTRIBUTES[name].measure in ("text", "status"):
        codes = snapshot.texts(field).codes[alive]
        present = codes >= 0
        constant = bool(len(codes)) and bool(present.all()) and bool((codes == codes[0]).all())
    else:
        values, present = snapshot.numbers(Field("attribute", "start") if name == "took" else field)
        values, present = values[alive], present[alive] & ((values[alive] > 0) | (name != "models"))
        constant = bool(len(values)) and bool(present.all()) and bool((values == values[0]).all()) and name != "took"
    return ColumnInfo(name, ATTRIBUTE_TITLES[name], "run", int(present.sum()), constant and snapshot.run_count > 1)


def default_columns(snapshot: FrameSnapshot) -> tuple[str, ...]:
    """Keys of the columns to show at first: what identifies a run, metrics that most runs have, params that vary."""
    known = columns(snapshot)
    by_key = {info.key: info for info in known if info.group == "run"}

    def when(key: str, *, varied: bool = False) -> list[str]:
        info = by_key[key]
        return [key] if info.fill and not (varied and (info.constant or snapshot.run_count < 2)) else []

    metrics = _best([info for info in known if info.group == "metrics"], _MOST_METRICS, _is_objective)
    varying = [info for info in known if info.group == "params" and not info.constant]
    params = _best(varying, _MOST_PARAMS, _is_choice)
    run = ["name", "status", "start", "took", *when("experiment", varied=True), *when("user", varied=True)]
    rest = [key for name in ("source", "version", "dataset") for key in when(name, varied=True)]
    return (*run, *metrics, *params, *when("registered"), *rest)


def _best(infos: Sequence[ColumnInfo], most: int, looked_for: Callable[[str], bool]) -> list[str]:
    """Keys of those that people look for: what varies, most runs have, and is named so, before families and the system.

    What lies in a folder comes after the others of its kind; those of one kind are in the order of their keys.
    """
    names = {info.key: info.key.partition(".")[2] for info in infos}
    families = Counter(family for name in names.values() for family in _families(name))
    fullest = max((info.fill for info in infos), default=0)

    def kind(info: ColumnInfo) -> tuple[bool, ...]:
        name = names[info.key]
        shared = _families(name)
        in_family = any(families[family] >= _FAMILY for family in shared)
        in_folder = any(family.endswith("/") for family in shared)
        return is_system(name), 2 * info.fill < fullest, info.constant, in_family, not looked_for(name), in_folder

    ranked = sorted(infos, key=lambda info: (kind(info), -info.fill, natural(info.key)))
    chosen = [info for info in ranked[:most] if not is_system(names[info.key])] or ranked[:most]
    return [info.key for info in sorted(chosen, key=lambda info: (kind(info), natural(info.key)))]


def sought_first(names: Iterable[str]) -> list[str]:
    """Metrics in the order in which people look for them: objectives first, then families, then the system's own."""
    known = list(names)
    families = Counter(family for name in known for family in _families(name))

    def kind(name: str) -> tuple[bool, ...]:
        in_family = any(families[family] >= _FAMILY for family in _families(name))
        return is_system(name), in_family, not _is_objective(name)

    return sorted(known, key=lambda name: (kind(name), natural(name)))


def _families(name: str) -> list[str]:
    """What a name shares with its like: the folder it is in, and its letters without its numbers."""
    folder = name.rpartition("/")[0]
    numbered = re.sub(r"\d+", "#", name)
    judged = folder.rpartition("/")[2].lower() in _OBJECTIVES
    return [f"{folder}/"] * bool(folder and not judged) + [numbered] * (numbered != name)


def _is_objective(name: str) -> bool:
    return bool(guess(name)) or not _OBJECTIVES.isdisjoint(word.lower() for word in _WORDS.findall(name))


def _is_choice(name: str) -> bool:
    return not _CHOICES.isdisjoint(word.lower() for word in _WORDS.findall(name))


TOOK = "took"
"""The column whose texts go on while runs do."""

_BLOCK = 128
_MOST_BLOCKS = 2048
_NAME_WIDTHS = (12, 42)
_MOST_STEMS = 8
_WIDEST_TITLE = 24
_generations = count(1)


@dataclass(frozen=True)
class ConstantColumn:
    """A column that is folded because it says the same of every run."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class ViewCounts:
    """How many runs are loaded and match, how many rows are shown, and what is folded away."""

    loaded: int
    matching: int
    rows: int
    roots: int
    orphans: int  # runs at the top whose parent is not loaded
    folded_away: int  # rows inside folded ones
    constants: tuple[ConstantColumn, ...]
    put_away: int = 0  # runs that a person has hidden, of those that match
    pinned_beside: int = 0  # runs that are shown because they are pinned, and do not match


class RunsTable:
    """Runs in their order with the columns that were asked for; implements ``domain.table.Table``.

    Texts are made a block of rows at a time when they are first asked for. Nothing but ``tick`` changes a table.
    """

    def __init__(
        self,
        snapshot: FrameSnapshot,
        placed: Placed,
        *,
        fields: Sequence[tuple[str, Field]],
        forest: Forest,
        matching: Bools,
        pinned: Bools,
        troubles: Mapping[str, str],
        tree: bool,
        widths: Mapping[str, int],
        orders: Mapping[str, Literal["up", "down"]],
        counts: ViewCounts,
        glyphs: Glyphs,
        moment: Moment,
    ) -> None:
        self.snapshot = snapshot
        self.counts = counts
        self.generation = next(_generations)
        self._placed = placed
        self._forest = forest
        self._matching = matching
        self._pinned = pinned
        self._troubles = troubles
        self._tree = tree
        self._glyphs = glyphs
        self._moment = moment
        self._fields = dict(fields)
        self._place_of: Codes | None = None
        self._texts: dict[tuple[str, int], list[str]] = {}
        self._has_inner = bool(placed.inner.any())
        self._cells: dict[str, Cells] = {
            key: cells_of(snapshot, field, glyphs, moment) for key, field in fields if key != "name"
        }
        self.columns = tuple(self._column(key, field, widths, orders) for key, field in fields)

    # --- Table --------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(self._placed.rows)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        """The texts of one column, rows ``start`` to ``stop``: cleaned, one line, not padded, not cut."""
        start, stop = max(0, start), min(stop, self.row_count)
        if stop <= start:
            return []
        first, last = start // _BLOCK, (stop - 1) // _BLOCK
        if first == last:
            return self._block(key, first)[start - first * _BLOCK : stop - first * _BLOCK]
        found: list[str] = []
        for block in range(first, last + 1):
            found.extend(self._block(key, block))
        return found[start - first * _BLOCK : stop - first * _BLOCK]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        """How those cells are meant, or None where none of them is special."""
        rows = self._placed.rows[max(0, start) : stop]
        context = ~self._matching[rows]
        if key == "name":
            tones = self._name_tones(rows.tolist())
        elif (special := self._cells[key].tones) is not None:
            tones = special(rows)
        else:
            absent = self._glyphs.absent
            tones = ["muted" if text == absent else "" for text in self.texts(key, start, stop)]
        if context.any():
            tones = ["muted" if muted else tone for muted, tone in zip(context.tolist(), tones, strict=True)]
        return tones if any(tones) else None

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        """What was recorded, in full: numbers, texts, times as ISO 8601 has them, durations in ms; None for nothing."""
        field, rows = self._fields[key], self._placed.rows[start:stop].tolist()
        if field.measure in ("text", "status"):
            texts = self.snapshot.texts(field)
            return [texts.at(row) for row in rows]
        numbers, present = self.snapshot.numbers(field)
        found = [float(numbers[row]) if present[row] else None for row in rows]
        if field.measure == "time":
            return [iso(value) for value in found]
        return found if field.kind == "metric" else [int(value) if value is not None else None for value in found]

    def row_key(self, row: int) -> str:
        """The run's id."""
        return self.snapshot.run_id(int(self._placed.rows[row]))

    def row_of(self, row_key: str) -> int | None:
        """Where that run is, None where it is filtered out, folded away or not loaded."""
        row = self.snapshot.row_of(row_key)
        return self._place(row) if row is not None else None

    # --- beyond Table -------------------------------------------------------------------------------------------

    def tick(self, now_ms: int, places: Sequence[int]) -> list[int]:
        """Tell how long the runs at ``places`` that go on have taken by now; those of which that reads otherwise."""
        if TOOK not in self._cells:
            return []
        self._moment.now_ms = now_ms
        _, started = self.snapshot.numbers(Field("attribute", "start"))
        _, ended = self.snapshot.numbers(Field("attribute", "end"))
        changed = []
        for place in places:
            row = int(self._placed.rows[place])
            if started[row] and not ended[row]:
                block, at = self._block(TOOK, place // _BLOCK), place % _BLOCK
                text = self._cells[TOOK].write(self._placed.rows[place : place + 1])[0]
                if text != block[at]:
                    block[at] = text
                    changed.append(place)
        if changed:
            self.generation = next(_generations)
        return changed

    @property
    def rows(self) -> Longs:
        """The snapshot's rows, from top to bottom."""
        return self._placed.rows

    def matching_ids(self) -> tuple[str, ...]:
        """Every run that matches the filter, in the order of the rows; those that are folded away come last."""
        placed = self._placed.rows
        unseen = self._matching.copy()
        unseen[placed] = False
        rows = [*placed[self._matching[placed]].tolist(), *np.flatnonzero(unseen).tolist()]
        return tuple(self.snapshot.run_id(row) for row in rows)

    def depth(self, row: int) -> int:
        return int(self._placed.depths[row])

    def can_fold(self, row: int) -> bool:
        """Whether this run has children to fold or unfold."""
        return bool(self._placed.inner[row])

    def is_folded(self, row: int) -> bool:
        return bool(self._placed.hidden[row])

    def parent_row(self, row: int) -> int | None:
        """Where the parent of this run is, None for one at the top."""
        if not self._tree:
            return None
        parent = int(self._forest.parents[self._placed.rows[row]])
        return self._place(parent) if parent >= 0 else None

    def experiment_id(self, row: int) -> str:
        """The id of the experiment of this run."""
        return self.snapshot.texts(Field("attribute", "experiment")).at(int(self._placed.rows[row])) or ""

    def value(self, key: str, row: int) -> str:
        """What a cell stands for as recorded, whole and not cleaned: for copying and for reading it elsewhere."""
        field, place = self._fields[key], int(self._placed.rows[row])
        if field.measure in ("text", "status"):
            return self.snapshot.texts(field).at(place) or ""
        if field.measure in ("duration", "age"):
            return self.texts(key, row, row + 1)[0]
        values, present = self.snapshot.numbers(field)
        if not present[place]:
            return ""
        number = float(values[place])
        return repr(number) if field.kind == "metric" else str(int(number))

    # --- inside -------------------------------------------------------------------------------------------------

    def _place(self, row: int) -> int | None:
        """Where a row of the snapshot is shown, if it is."""
        if self._place_of is None:
            places = np.full(self.snapshot.row_count, -1, dtype=np.int32)
            places[self._placed.rows] = np.arange(self.row_count, dtype=np.int32)
            self._place_of = places
        place = int(self._place_of[row])
        return place if place >= 0 else None

    def _block(self, key: str, block: int) -> list[str]:
        known = self._texts.get((key, block))
        if known is None:
            if len(self._texts) >= _MOST_BLOCKS:
                self._texts.clear()
            first, after = block * _BLOCK, min((block + 1) * _BLOCK, self.row_count)
            if key == "name":
                known = [self._name(place) for place in range(first, after)]
            else:
                known = self._cells[key].write(self._placed.rows[first:after])
            self._texts[key, block] = known
        return known

    def _column(
        self, key: str, field: Field, widths: Mapping[str, int], orders: Mapping[str, Literal["up", "down"]]
    ) -> Column:
        order: Literal["", "up", "down"] = orders.get(key, "")
        title = title_of(field)
        if key == "name":
            every = max(1, self.row_count // 400)
            longest = max((width(self._name(place)) for place in range(0, self.row_count, every)), default=0)
            cells = max(_NAME_WIDTHS[0], min(_NAME_WIDTHS[1], longest))
            return Column(key, title, widths.get(key, cells), frozen=True, group="run", order=order)
        known = self._cells[key]
        heading = min(_WIDEST_TITLE, width(title)) + (2 if order else 0)
        return Column(
            key,
            title,
            widths.get(key, max(known.width, heading)),
            align=known.align,
            group=group_of(field),
            order=order,
        )

    def _name(self, place: int) -> str:
        row = int(self._placed.rows[place])
        name = short_name(self.snapshot.run_name(row), self.snapshot.run_id(row))
        if self._pinned[row]:
            name = f"{self._glyphs.pinned} {name}"
        if said := self._troubles.get(self.snapshot.run_id(row)):
            name = f"! {said}  {name}"
        if not self._tree:
            return name
        glyphs = self._glyphs
        if self._forest.orphans[row]:
            name = f"{glyphs.ellipsis}{glyphs.separator} {name}"
        elif self._forest.broken[row]:
            name = f"{glyphs.warning} {name}"
        if not self._has_inner:
            return name
        hidden = int(self._placed.hidden[place])
        sign = ""
        if self._placed.inner[place]:
            sign = f"{glyphs.folded if hidden else glyphs.unfolded} "
        if hidden:
            name = f"{name} +{hidden}"
        if self._placed.depths[place] == 0:
            return f"{sign or '  '}{name}"
        return f"  {self._stems(row, place)}{sign}{name}"

    def _stems(self, row: int, place: int) -> str:
        """The lines of the tree that lead to a run below the top; the nearest ones where it is very deep."""
        glyphs = self._glyphs
        pieces = [glyphs.last_branch if self._placed.last[place] else glyphs.branch]
        above = int(self._forest.parents[row])
        depth = int(self._placed.depths[place])
        for _ in range(min(depth - 1, _MOST_STEMS)):
            shown = self._place(above)
            pieces.append(" " if shown is None or self._placed.last[shown] else glyphs.stem)
            above = int(self._forest.parents[above])
        if depth - 1 > _MOST_STEMS:
            pieces.append(clean(glyphs.ellipsis))
        return "".join(f"{piece} " for piece in reversed(pieces))

    def _name_tones(self, rows: Sequence[int]) -> list[Tone]:
        lifecycles = self.snapshot.texts(Field("attribute", "lifecycle"))
        deleted = {code for code, text in enumerate(lifecycles.texts) if text == "deleted"}
        codes = lifecycles.codes[np.array(rows, dtype=np.int64)].tolist()
        broken = self._forest.broken
        return [
            "muted" if code in deleted else "warn" if self._tree and broken[row] else ""
            for row, code in zip(rows, codes, strict=True)
        ]
