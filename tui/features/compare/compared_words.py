"""What is said above two files that are held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from tui.domain.diff.file_change import FileChange
from tui.domain.diff.files import FilePair
from tui.domain.diff.text_change import LEAST_BESIDE
from tui.domain.preview.values import Body, TableBody
from tui.domain.quantities import count, size
from tui.domain.text import clean, named
from tui.services.compared_files import ReadPair

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
