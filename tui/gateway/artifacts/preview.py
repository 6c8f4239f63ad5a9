"""From a file of a store to its preview, with as little of it travelling as can be."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.domain.artifacts import ASK_BYTES, HEAD_BYTES
from tui.domain.preview import mlmodel, sniff, text
from tui.domain.preview.sniff import Decoded, decode, kind_of, misnamed
from tui.domain.preview.tree import parse, parse_lines
from tui.domain.preview.values import As, AskBody, Body, FileKind, MarkdownBody, Preview
from tui.domain.quantities import size as size_words
from tui.gateway import progress
from tui.gateway.artifacts import parquet as artifact_parquet
from tui.gateway.artifacts import pictures as artifact_pictures
from tui.gateway.artifacts import yaml as artifact_yaml
from tui.gateway.artifacts.readers import PartsFile, Reader

_MARKDOWN = 40_000
"""Characters that are laid out as Markdown; the rest is there as text."""
_MODEL_BYTES = 4_000_000


@dataclass(frozen=True)
class Around:
    """What is asked of a file's surroundings when it is an MLmodel file; each may raise nothing."""

    beside: Callable[[str], str | None]  # the text of a file in the same folder
    logged_by: Callable[[str], mlmodel.LoggedBy]  # by run id


@dataclass(frozen=True)
class _Read:
    """The head of a file and what is known of the rest."""

    path: str
    data: bytes
    size: int | None
    whole: bool


Part = tuple[Body | None, list[tuple[str, str]], list[str]]
"""Body, facts and notes."""


def preview(
    reader: Reader,
    path: str,
    *,
    most: int = HEAD_BYTES,
    whole_most: int = ASK_BYTES,
    shown_as: As,
    around: Around,
    fine: tuple[int, int] | None = None,
) -> Preview:
    """A file as far as ``most`` bytes of it show; where the whole file is needed, up to ``whole_most`` of it."""
    if reader.fetches_whole and (reader.size is None or reader.size >= whole_most):
        return _ask(reader, path, "This store only sends whole files", b"")
    data = reader.head(most)
    if reader.size is None and len(data) < most:
        reader.size = len(data)
    shown = _seen(reader, path, data, whole_most, shown_as, around, fine)
    return replace(shown, digest=hashlib.sha256(data).hexdigest(), digested=len(data))


def _seen(
    reader: Reader,
    path: str,
    data: bytes,
    whole_most: int,
    shown_as: As,
    around: Around,
    fine: tuple[int, int] | None,
) -> Preview:
    """A file of which this is the head."""
    read = _Read(path, data, reader.size, reader.size is not None and len(data) >= reader.size)
    kind = kind_of(path, data)
    if kind is FileKind.PARQUET and shown_as == "auto":
        return _parquet(reader, read, whole_most)
    if kind is FileKind.PICTURE and shown_as == "auto":
        return _picture(reader, read, whole_most, fine)
    if kind is FileKind.MLMODEL and shown_as == "auto" and not read.whole:
        data = reader.head(_MODEL_BYTES)
        read = _Read(path, data, reader.size, reader.size is not None and len(data) >= reader.size)
    body, facts, notes = _shown(kind, read, shown_as, around)
    if said := misnamed(path, kind):
        notes.insert(0, said)
    if not read.whole and not reader.by_parts:
        notes.append(f"The server does not send parts of files: reading was stopped after {size_words(len(data))}.")
    return Preview(
        path, kind, reader.size, len(read.data), reader.travelled, body, tuple(facts), tuple(notes), shown_as
    )


def _ask(reader: Reader, path: str, why: str, data: bytes) -> Preview:
    kind = kind_of(path, data) if data else FileKind.BINARY
    return Preview(path, kind, reader.size, len(data), reader.travelled, AskBody(reader.size, why))


def _everything(reader: Reader, read: _Read, whole_most: int) -> bytes | None:
    """The whole file, or None where it is so large that a person is to be asked."""
    if read.whole:
        return read.data
    if reader.size is not None and reader.size >= whole_most:
        return None
    data = bytearray()
    for chunk in reader.chunks():
        data += chunk
        progress.report(len(data), reader.size or 0, "reading")
        if len(data) >= whole_most:
            return None
    reader.size = len(data)
    return bytes(data)


def _parquet(reader: Reader, read: _Read, whole_most: int) -> Preview:
    file: io.RawIOBase | io.BytesIO
    if read.whole:
        file = io.BytesIO(read.data)
    elif reader.by_parts and reader.size is not None:
        file = PartsFile(reader)
    else:
        data = _everything(reader, read, whole_most)
        if data is None:
            return _ask(reader, read.path, "The schema of a Parquet file stands at its end", read.data)
        file = io.BytesIO(data)
    body, facts, notes = artifact_parquet.head(file)
    shown: Body | None = body
    if body is None:
        shown = text.hexadecimal(read.data)
    # Of a file read by parts, what counts is what travelled.
    seen = reader.size if body is not None and reader.size is not None else len(read.data)
    return Preview(read.path, FileKind.PARQUET, reader.size, seen, reader.travelled, shown, tuple(facts), tuple(notes))


def _picture(reader: Reader, read: _Read, whole_most: int, fine: tuple[int, int] | None) -> Preview:
    data = _everything(reader, read, whole_most)
    if data is None:
        return _ask(reader, read.path, "A picture can only be shown as a whole", read.data)
    body, facts, notes = artifact_pictures.decode(data, whole=True, fine=fine)
    shown: Body | None = body
    if body is None and not facts:
        facts, shown = sniff.facts(read.path, data), text.hexadecimal(data)
    return Preview(
        read.path, FileKind.PICTURE, reader.size, len(data), reader.travelled, shown, tuple(facts), tuple(notes)
    )


def _shown(kind: FileKind, read: _Read, shown_as: As, around: Around) -> Part:
    if kind is FileKind.EMPTY:
        return None, [], ["The file is empty."]
    if shown_as == "hex" or (kind is FileKind.BINARY and shown_as == "auto"):
        return text.hexadecimal(read.data), sniff.facts(read.path, read.data) if kind is FileKind.BINARY else [], []
    decoded = decode(read.data, whole=read.whole)
    facts = [("encoding", decoded.encoding + (" (guessed)" if decoded.guessed else ""))]
    if shown_as == "text":
        body, more, notes = _source(read, decoded)
        return body, facts + more, notes
    body, more, notes = _READ_AS.get(kind, _plain)(read, decoded, around)
    if body is None:
        # What cannot be read as what it is called is still text.
        body, _, further = _source(read, decoded)
        notes += further
    if not decoded.encoding.startswith("UTF-8"):
        more = facts + more
    return body, more, notes


def _source(read: _Read, decoded: Decoded) -> Part:
    body, notes, language = text.source(read.path, decoded.text, whole=read.whole)
    return body, [("language", language)] if language else [], notes


def _plain(read: _Read, decoded: Decoded, around: Around) -> Part:
    return _source(read, decoded)


def _log(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, notes = text.log(decoded.text, whole=read.whole)
    return body, [], notes


def _markdown(read: _Read, decoded: Decoded, around: Around) -> Part:
    shown = decoded.text[:_MARKDOWN]
    notes = ["The beginning is laid out; v shows the rest as text."] if len(decoded.text) > _MARKDOWN else []
    lines, _ = text.lines_of(shown, whole=False)
    # What is laid out is clean by the line, so that nothing in it acts on a terminal; tabs have become spaces.
    return MarkdownBody("\n".join(map(text.clean_line, lines))), [], notes


def _json(read: _Read, decoded: Decoded, around: Around) -> Part:
    parsed = parse(decoded.text, whole=read.whole)
    return parsed.body, [], list(parsed.notes)


def _json_lines(read: _Read, decoded: Decoded, around: Around) -> Part:
    parsed = parse_lines(decoded.text, whole=read.whole)
    return parsed.body, [], list(parsed.notes)


def _yaml(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, notes = artifact_yaml.tree(decoded.text, whole=read.whole)
    return body, [], notes


def _table(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, notes = text.table(read.path, decoded.text, whole=read.whole)
    return body, [], notes


def _html(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, _, notes = _source(read, decoded)
    return body, text.facts(decoded.text), notes


def _mlmodel(read: _Read, decoded: Decoded, around: Around) -> Part:
    model = artifact_yaml.mapping(decoded.text)
    if model is None:
        body, notes = artifact_yaml.tree(decoded.text, whole=read.whole)
        return body, [], ["It could not be read as an MLmodel file.", *notes]
    named = {str(key): value for key, value in model.items()}
    info = named.get("saved_input_example_info")
    example = str(info.get("artifact_path", "")) if isinstance(info, dict) else ""
    beside = mlmodel.Beside(around.beside("requirements.txt"), around.beside(example) if example else None)
    run_id = named.get("run_id")
    by = around.logged_by(run_id) if isinstance(run_id, str) and run_id else None
    tree, notes = mlmodel.read(named, beside, by)
    return tree, [], notes


_READ_AS: dict[FileKind, Callable[[_Read, Decoded, Around], Part]] = {
    FileKind.MARKDOWN: _markdown,
    FileKind.JSON: _json,
    FileKind.JSON_LINES: _json_lines,
    FileKind.YAML: _yaml,
    FileKind.DELIMITED: _table,
    FileKind.HTML: _html,
    FileKind.LOG: _log,
    FileKind.MLMODEL: _mlmodel,
}
