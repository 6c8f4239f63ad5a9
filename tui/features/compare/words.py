"""What a comparison says about itself: title, footnotes, and what stands where there are no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from tui.app.actions import key_of
from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.files import FileChange, FilePair
from tui.domain.diff.table import subject_titles
from tui.domain.diff.text_change import LEAST_BESIDE
from tui.domain.glyphs import Glyphs
from tui.domain.preview.values import Body, TableBody
from tui.domain.quantities import count, number, size
from tui.domain.text import clean, named
from tui.services.compared_files import ReadPair

_ORDERS = {"name": "", "change": "by change from the baseline", "spread": "by spread across the runs"}
_ONE_OF = {"params": "param", "metrics": "metric", "tags": "tag", "datasets": "dataset"}


@dataclass(frozen=True)
class ComparisonAsides:
    """What a comparison is besides its values: runs not to be had, runs given twice, and which were left out."""

    missing: tuple[str, ...] = ()
    repeated: int = 0
    scope: str = ""


def title(comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
    """How many runs, against which, and how much of what differs."""
    runs = len(comparison.subjects)
    parts = [f"Compare {count(runs)} run{'s' if runs != 1 else ''}"]
    if runs > 1:
        parts.append(f"baseline {subject_titles(comparison)[arranged.baseline]}")
    for group in ("params", "metrics"):
        known = comparison.count(group)
        if known.rows and runs > 1:
            verb = " differ" if group == "params" or len(parts) == 2 else ""
            parts.append(f"{count(known.differing)} of {count(known.rows)} {group}{verb}")
    parts.append(f"tolerance {number(comparison.tolerance)}")
    return tuple(parts)


def footnotes(comparison: Comparison, arranged: Arranged, said: ComparisonAsides, glyphs: Glyphs) -> list[str]:
    """What else must be known to read the table rightly."""
    arrangement = arranged.arrangement
    notes = [*absences(said), *([said.scope] if said.scope else [])]
    if len(comparison.subjects) > 1:
        metrics = [s for s in comparison.sections if s.group == "metrics"]
        if metrics and not any(section.present.all(axis=1).any() for section in metrics):
            notes.append("no metric in common")
    notes += ["only what differs" if arrangement.only_differences else "all rows"]
    if arrangement.order != "name":
        notes.append(_ORDERS[arrangement.order])
    if arrangement.query:
        notes.append(f"filter: {clean(arrangement.query)}")
    system = comparison.count("tags").rows - comparison.count("tags", system=False).rows
    if system and not arrangement.system_tags:
        notes.append(f"{system} of MLflow's own tags out (t)")
    if any(comparison.direction(s, row).guessed for s in comparison.sections for row in range(min(len(s), 50))):
        notes.append(f"{glyphs.up}? {glyphs.down}? guessed from the name")
    return notes


def marked(metrics: int) -> list[str]:
    """How many metrics are marked, and what for."""
    return [f"{count(metrics)} metric{'s' if metrics > 1 else ''} marked (p curves)"] if metrics else []


def absences(said: ComparisonAsides) -> list[str]:
    """Runs that are not here, and why."""
    notes = []
    if said.missing:
        many = len(said.missing)
        ids = ", ".join(_shortened(run_id) for run_id in said.missing[:3]) + (" …" if many > 3 else "")
        notes.append(f"{many} run{'s are' if many > 1 else ' is'} no longer there: {ids}")
    if said.repeated:
        notes.append("a run given twice is shown once")
    return notes


def _shortened(run_id: str) -> str:
    """An id as far as it tells runs apart, after its context where it has one."""
    context, colon, own = clean(run_id).rpartition(":")
    return f"{context}{colon}{own[:8]}"


def placeholder(comparison: Comparison, arranged: Arranged) -> str:
    """What stands where there are no rows, with the next step."""
    arrangement = arranged.arrangement
    back, all_rows = key_of("app.back"), key_of("compare.differences")
    runs = len(comparison.subjects)
    if runs == 0:
        return f"None of these runs is there any more.\n{back} goes back"
    if arrangement.query:
        return f"No row holds  {clean(arrangement.query)}\n{back} clears the filter · {all_rows} shows all rows"
    if runs == 1:
        return (
            "This is one run only: there is nothing to compare it with.\n"
            f"{back} goes back; mark more runs there ({key_of('grid.mark')}), then {key_of('runs.compare')}"
            f" · {all_rows} shows what this one has"
        )
    if arrangement.only_differences:
        groups = _listed([group for group in comparison.groups if group != "overview"])
        return (
            f"Nothing differs between these {count(runs)} runs in {groups}.\n"
            f"{all_rows} shows all rows · {key_of('compare.system_tags')} adds MLflow's own tags"
        )
    return f"These runs have nothing to compare.\n{back} goes back"


def title_of_versions(name: str, comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
    """Which versions of a model, against which, and how much of what differs."""
    titles = subject_titles(comparison)
    others = [title for column, title in enumerate(titles) if column != arranged.baseline]
    rows = sum(comparison.count(group).rows for group in comparison.groups)
    differing = sum(comparison.count(group).differing for group in comparison.groups)
    return f"{named(name)} {titles[arranged.baseline]} against {', '.join(others)}", f"{differing} of {rows} differ"


def placeholder_of_versions(comparison: Comparison, arranged: Arranged) -> str:
    """What stands where there are no rows of two versions."""
    if arranged.arrangement.query:
        return placeholder(comparison, arranged)
    return "Nothing differs between these versions.\nx shows everything that they have"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" or {names[-1]}" if len(names) > 1 else "".join(names)


_MOST_NOTES = 3


def heading(pair: FilePair, read: ReadPair, change: FileChange, *, narrow: bool) -> Content:
    """The name, the kind and both sizes; how much differs; and what is to be known of that.

    ``narrow``: texts were to stand beside each other, and there is no room for it.
    """
    one, other = (size(shown.size, absent="size not known") for shown in (read.first, read.second))
    sizes = one if one == other else f"{one} → {other}"
    kinds = dict.fromkeys(shown.kind.value for shown in (read.first, read.second))
    lines = [
        Content.assemble(
            (clean(pair.path), "bold"), (f"  {' → '.join(kinds)} · {sizes} · ", "$muted"), (result(read, change), "")
        )
    ]
    notes = [*change.notes, *read.notes]
    if pair.first is not None and pair.second is not None and pair.first.root.kind != pair.second.root.kind:
        notes.insert(0, "One lies among its run's artifacts, the other is of a model that its run logged.")
    if narrow:
        notes.append(f"Side by side wants a pane of {LEAST_BESIDE} columns: they stand one below the other.")
    lines += [Content.assemble((clean(note), "$muted")) for note in notes]
    return Content("\n").join(lines)


def notes(told: Sequence[str]) -> Content:
    """What is to be known of the list, a line each."""
    lines = [clean(note) for note in told[:_MOST_NOTES]]
    if len(told) > _MOST_NOTES:
        lines.append(f"And {count(len(told) - _MOST_NOTES)} more like that.")
    return Content("\n".join(lines))


def one_side(pair: FilePair, names: tuple[str, str]) -> str:
    """Why a file cannot be held against another."""
    has, lacks = names if pair.second is None else names[::-1]
    if pair.unlisted:
        return f"{pair.path} is in {has}; whether it is in {lacks} is not known: it could not be listed there."
    return f"{pair.path} is only in {has}."


def result(read: ReadPair, change: FileChange) -> str:
    """How much differs, and of what was not compared no more than that."""
    if read.same:
        return "the bytes of both are the same"
    if change.differs:
        many = len(change.starts)
        return f"{count(many)} difference{'' if many == 1 else 's'}"
    if read.is_asked:
        how_much = size(read.asked_bytes, absent="files of unknown size")
        return f"not compared: {how_much} would have to travel. m lets both travel and compares them"
    if change.whole:
        return "the bytes differ, what they say does not" if read.same is False else "what they say is the same"
    begun = (
        "the files differ, but not in what was compared here" if read.same is False else "what was compared is equal"
    )
    return f"{begun}; the rest was not. In a run's artifacts m reads more of it, D downloads it"


def with_names(body: Body | None, names: tuple[str, str]) -> Body | None:
    """A table of differences with the runs' names above their columns."""
    if not isinstance(body, TableBody) or len(body.columns) < 3:
        return body
    first, *_, last = body.columns
    sides = [replace(column, name=named(name)) for column, name in zip(body.columns[1:3], names, strict=True)]
    return replace(body, columns=(first, *sides, last))
