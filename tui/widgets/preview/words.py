"""What is said above a preview: name, kind, size, how much of it was read, facts, and what is missing."""

from __future__ import annotations

from textual.content import Content

from tui.domain.preview.values import AskBody, FileKind, Preview, TableBody, TextBody
from tui.domain.problem import Problem
from tui.domain.quantities import count, size
from tui.domain.text import clean

_LONG = 60  # characters of a fact from which on it has a line of its own


def read_words(preview: Preview) -> str:
    """How much of the file was read: "first 64 kB of 200 MB"; empty where that is all of it."""
    if isinstance(preview.body, AskBody) or (preview.size is None and not preview.read):
        return ""
    if preview.is_whole:
        if preview.travelled + 1024 < preview.read:
            return f"{size(preview.travelled)} of it were read"
        return ""
    of = f" of {size(preview.size)}" if preview.size is not None else ""
    return f"first {size(preview.read)}{of}"


def heading(preview: Preview) -> Content:
    """The lines above a preview."""
    name = clean(preview.path.rpartition("/")[2])
    kind = preview.kind.value
    if preview.shown_as != "auto" and preview.kind is not FileKind.EMPTY:
        kind += f" as {preview.shown_as}"
    parts = [kind, size(preview.size, absent="size not known"), read_words(preview), *_extent(preview)]
    lines: list[Content] = [
        Content.assemble((name, "bold"), ("  " + " · ".join(part for part in parts if part), "$muted"))
    ]
    short = [(called, said) for called, said in preview.facts if len(called) + len(said) < _LONG]
    if short:
        pieces: list[tuple[str, str]] = []
        for called, said in short:
            pieces += [(f"{called} ", "$muted"), (f"{said}   ", "")]
        lines.append(Content.assemble(*pieces))
    for called, said in preview.facts:
        if (called, said) not in short:
            lines.append(Content.assemble((f"{called} ", "$muted"), said))
    lines += [Content.assemble((clean(note), "$warning")) for note in preview.notes]
    return Content("\n").join(lines)


def _extent(preview: Preview) -> list[str]:
    body = preview.body
    if isinstance(body, TextBody) and body.numbered:
        number = len(body.lines)
        return [f"{count(number)} line{'' if number == 1 else 's'}" + ("" if preview.is_whole else " of it")]
    if isinstance(body, TableBody):
        columns = body.total_columns or len(body.columns)
        rows = body.total_rows if body.total_rows is not None else body.rows
        read = "" if body.total_rows is not None else " read"
        return [f"{count(rows)} rows{read} × {count(columns)} columns"]
    return []


def asking(preview: Preview, more_key: str, download_key: str) -> str:
    """What a person is asked before a whole file travels."""
    assert isinstance(preview.body, AskBody)
    how_much = size(preview.body.size) if preview.body.size is not None else "a file of unknown size"
    return (
        f"{preview.body.why}, and that is {how_much}.\n"
        f"{more_key} lets it travel and shows it · {download_key} downloads it"
    )


def trouble(path: str, problem: Problem) -> Content:
    """What stands above a preview that could not be made."""
    parts: list[tuple[str, str]] = [
        (clean(path.rpartition("/")[2]), "bold"),
        ("\n", ""),
        (f"{clean(problem.title)}: {clean(problem.message)}", "$error"),
    ]
    if problem.hint:
        parts.append((f"  {clean(problem.hint)}", "$muted"))
    parts.append(("  r tries again · @ shows the request", "$muted"))
    return Content.assemble(*parts)
