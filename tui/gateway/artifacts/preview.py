"""From a file of a store to its preview, with as little of it travelling as can be."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from tui.domain.artifacts import ASK_BYTES, HEAD_BYTES
from tui.domain.preview import text
from tui.domain.preview.text import LONGEST_CELL, Decoded, decode, facts_of, kind_of, misnamed
from tui.domain.preview.tree import Beside, Literal, LoggedBy, Pairs, parse, parse_lines, read_mlmodel, tree_of
from tui.domain.preview.values import (
    MOST_PIXELS,
    As,
    AskBody,
    Body,
    FileKind,
    FinePicture,
    MarkdownBody,
    PictureBody,
    PictureLevel,
    Preview,
    TableBody,
    TableColumn,
    Tone,
    TreeBody,
    level_sizes,
)
from tui.domain.quantities import count
from tui.domain.quantities import size as size_words
from tui.domain.text import clean, named
from tui.gateway import ports
from tui.gateway.artifacts.readers import PartsFile, Reader

if TYPE_CHECKING:
    from PIL.Image import Image


# The schema and the first rows of a Parquet file, reading no more of it than they need.


ROWS = 200
COLUMNS = 200
_MOST_OF_A_GROUP = 64_000_000
"""Bytes of a row group's columns that may be decoded for its first rows."""


def head(file: io.RawIOBase | io.BytesIO) -> tuple[TableBody | None, list[tuple[str, str]], list[str]]:
    """Body, facts and notes; no body where it cannot be read as Parquet, and the notes then say why."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        return None, [], ["Parquet needs the package pyarrow, which is not installed."]
    arrow.set_cpu_count(1)
    try:
        found = parquet.ParquetFile(file, pre_buffer=False, buffer_size=64 * 1024)
        about = found.metadata
        facts = [
            ("row groups", count(about.num_row_groups)),
            ("made by", clean(about.created_by or "")),
        ]
        schema = found.schema_arrow
        names = list(schema.names)[:COLUMNS]
        notes: list[str] = []
        if len(schema.names) > COLUMNS:
            notes.append(f"The first {COLUMNS} of {count(len(schema.names))} columns are shown.")
        rows = _first_rows(found, names, notes)
    except (arrow.ArrowException, OSError, ValueError, NotImplementedError) as error:
        said = clean(str(error).splitlines()[0][:200]) if str(error) else type(error).__name__
        return None, [], [f"It cannot be read as Parquet: {said.rstrip('.')}."]
    columns = tuple(
        TableColumn(named(name), clean(str(schema.field(at).type)), _is_number(schema.field(at).type))
        for at, name in enumerate(names)
    )
    cells = tuple(tuple(_text(value) for value in rows.get(at, ())) for at in range(len(names)))
    shown = len(cells[0]) if cells else 0
    if shown < about.num_rows:
        notes.append(f"The first {count(shown)} rows are shown.")
    compression = (
        {about.row_group(0).column(at).compression for at in range(about.num_columns)}
        if (about.num_row_groups and about.num_columns)
        else set()
    )
    if compression:
        facts.append(("compression", ", ".join(sorted(compression)).lower()))
    body = TableBody(columns, cells, shown, about.num_rows, len(schema.names))
    return body, [fact for fact in facts if fact[1]], notes


def _first_rows(found: Any, names: list[str], notes: list[str]) -> dict[int, list[object]]:
    """The values of the first rows, by the number of the column."""
    about = found.metadata
    if not about.num_rows or not names:
        return {}
    group = about.row_group(0)
    largest = max((group.column(at).total_uncompressed_size for at in range(group.num_columns)), default=0)
    if largest > _MOST_OF_A_GROUP:
        notes.append("Its row groups are too large for rows to be shown; the schema is.")
        return {}
    batch = next(found.iter_batches(batch_size=ROWS, columns=names, use_threads=False), None)
    if batch is None:
        return {}
    place = {name: at for at, name in reversed(list(enumerate(names)))}
    return {place[name]: batch.column(at).to_pylist() for at, name in enumerate(batch.schema.names) if name in place}


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date, time, timedelta)):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        start = bytes(value[:16]).hex(" ")
        return f"{start} … {count(len(value))} bytes" if len(value) > 16 else start
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clean(text) if len(text) <= LONGEST_CELL else clean(text[:LONGEST_CELL]) + "…"


# YAML as a tree: read as a document, never constructed into objects; of a text that is cut off, what is there.


_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TONES: dict[str, Tone] = {
    "tag:yaml.org,2002:int": "number",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:bool": "keyword",
    "tag:yaml.org,2002:null": "muted",
    "tag:yaml.org,2002:timestamp": "accent",
    "tag:yaml.org,2002:str": "string",
}
_KNOWN = "tag:yaml.org,2002:"
_TRIES = 4
_DEEPEST = 60
_MOST_DOCUMENTS = 100


def yaml_tree(text: str, *, whole: bool = True) -> tuple[TreeBody | None, list[str]]:
    """A YAML text as a tree, and the notes that go with it; None where nothing of it is YAML."""
    lines = text.splitlines(keepends=True)
    broken: yaml.YAMLError | None = None
    kept = len(lines)
    for _ in range(_TRIES):
        try:
            documents = _documents("".join(lines[:kept]))
        except RecursionError:
            return None, ["It is nested too deeply to be shown as a tree."]
        except yaml.YAMLError as error:
            broken = broken or error
            kept = _before(lines, kept, error)
            if kept <= 0:
                break
            continue
        value = documents[0] if len(documents) == 1 else documents
        body, notes = tree_of(value)
        if broken is not None and (whole or _line(broken) < len(lines) - 2):
            notes.insert(0, f"It is no valid YAML: {_said(broken)}; the tree shows what comes before.")
        return body, notes
    return None, [f"It is no valid YAML: {_said(broken)}."] if broken else []


def mapping(text: str) -> dict[Hashable, object] | None:
    """A YAML mapping as plain values; None where it is none."""
    try:
        value = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _documents(text: str) -> list[object]:
    loader = _Loader(text)
    try:
        values: list[object] = []
        while loader.check_node() and len(values) < _MOST_DOCUMENTS:
            node = loader.get_node()
            if node is not None:
                values.append(_value(node, {}, 0))
        return values
    finally:
        loader.dispose()


def _value(node: yaml.Node, known: dict[int, object], depth: int) -> object:
    """A node as a value of our own; an alias is the same value again, so that nothing grows by repeating."""
    if id(node) in known:
        return known[id(node)]
    own = "" if node.tag.startswith(_KNOWN) else f"{node.tag} "
    if isinstance(node, yaml.ScalarNode):
        return Literal(f"{own}{node.value}", _TONES.get(node.tag, "string"))
    if depth > _DEEPEST:
        return Literal("…", "muted")
    if isinstance(node, yaml.MappingNode):
        pairs = Pairs()
        known[id(node)] = pairs
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "(a key of several parts)"
            pairs.append((str(name), _value(value, known, depth + 1)))
        return pairs
    items: list[object] = []
    known[id(node)] = items
    items += [_value(item, known, depth + 1) for item in node.value]
    return items


def _before(lines: list[str], kept: int, error: yaml.YAMLError) -> int:
    """How many lines to try next: up to where the error is, and then up to the last line that begins at the margin."""
    at = min(_line(error), kept - 1)
    if at >= kept - 1:
        at = kept - 1
    while at > 0 and (lines[at][:1].isspace() or lines[at][:1] in ("-", "}", "]", "#")):
        at -= 1
    return at


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return int(mark.line) if mark is not None else 0


def _said(error: yaml.YAMLError | None) -> str:
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"{problem} in line {_line(error) + 1}" if error is not None else str(problem)


# Pictures decoded to a few small sizes, with Pillow, which MLflow brings with matplotlib.


# Those that are decoded by Pillow itself: others start programs (Ghostscript) or have had many holes.
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO")
_BASE = 960  # pixels of the longer side that the kept sizes are made from
_MOST_PNG = 600_000  # bytes that are sent to the terminal
_SHADES = [round(value / 8.5) * 255 // 30 for value in range(256)] * 3
_truncated = threading.Lock()


def decode_picture(
    data: bytes, *, whole: bool, fine: tuple[int, int] | None = None
) -> tuple[PictureBody | None, list[tuple[str, str]], list[str]]:
    """A picture's body, facts and notes; no body where it is none, or too large to be decoded here.

    ``fine`` is how many pixels the screen has, where it can show pixels.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        return None, [], ["Pictures need the package pillow: pip install 'mlflow-deck[images]'."]
    # The limit is ours, and counts what is really decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        return None, [], ["It is called a picture, but its bytes are none."]
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        return None, [], [f"It is no readable picture: {clean(str(error))}."]
    facts = _facts(picture)
    notes: list[str] = []
    own_size = picture.size
    # A JPEG can be decoded at an eighth of its size, which bounds time and memory.
    picture.draft("RGB", (480, 320) if fine is None else (_BASE, _BASE))
    if picture.width * picture.height > MOST_PIXELS:
        million = count(picture.width * picture.height // 1_000_000)
        return None, facts, [f"It has {million} million pixels, too many to be decoded here; D downloads it."]
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        with _truncated:
            loaded = _load_what_is_there(data)
        if loaded is None:
            return None, facts, [f"It cannot be decoded: {clean(str(error))}."]
        picture = loaded
        notes.append("The file ends short: the part of the picture that is there is shown." if whole else "")
    levels: list[PictureLevel] = []
    if picture.mode == "P":  # shades cannot be mixed between numbers of a palette
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    # One step over many pixels, the levels then from what is left.
    picture.thumbnail((_BASE, _BASE), Image.Resampling.BOX, reducing_gap=2.0)
    shown = _rgb(picture)
    for size in level_sizes(*shown.size):
        level = shown.resize(size, Image.Resampling.LANCZOS)
        # Fewer shades make longer runs of one colour, and those are what a slow line carries.
        levels.append(PictureLevel(size[0], size[1], level.point(_SHADES).tobytes()))
    finely = FinePicture(*own_size, _png(shown, fine)) if fine is not None else None
    return PictureBody(tuple(levels), finely), facts, [note for note in notes if note]


def _png(picture: Image, most: tuple[int, int]) -> bytes:
    """The picture as it is sent to the terminal: no larger than the screen, and no more than some hundred kilobytes."""
    picture = picture.copy()
    while True:
        picture.thumbnail(most)
        packed = io.BytesIO()
        picture.save(packed, "PNG", compress_level=4)
        if packed.tell() <= _MOST_PNG or max(picture.size) < 64:
            return packed.getvalue()
        most = max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)


def _facts(picture: Image) -> list[tuple[str, str]]:
    facts = [("format", f"{picture.format}"), ("pixels", f"{count(picture.width)} × {count(picture.height)}")]
    colours = {"1": "black and white", "L": "grey", "P": "palette", "RGB": "RGB", "RGBA": "RGB with transparency"}
    facts.append(("colours", colours.get(picture.mode, picture.mode)))
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        facts.append(("frames", f"{count(frames)}, the first is shown"))
    return facts


def _load_what_is_there(data: bytes) -> Image | None:
    from PIL import Image, ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        picture.draft("RGB", (480, 320))
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError):
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    return picture


def _rgb(picture: Image) -> Image:
    """The picture in RGB; what is transparent lies on white, as plots are made for it."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]  # one band: two numbers
        scale = 255 / (high - low) if high > low else 0.0
        picture = picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        ground.alpha_composite(over)
        picture = ground
    return picture.convert("RGB")


_MARKDOWN = 40_000
"""Characters that are laid out as Markdown; the rest is there as text."""
_MODEL_BYTES = 4_000_000


@dataclass(frozen=True)
class Around:
    """What is asked of a file's surroundings when it is an MLmodel file; each may raise nothing."""

    beside: Callable[[str], str | None]  # the text of a file in the same folder
    logged_by: Callable[[str], LoggedBy]  # by run id


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
        ports.report(len(data), reader.size or 0, "reading")
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
    body, facts, notes = head(file)
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
    body, facts, notes = decode_picture(data, whole=True, fine=fine)
    shown: Body | None = body
    if body is None and not facts:
        facts, shown = facts_of(read.path, data), text.hexadecimal(data)
    return Preview(
        read.path, FileKind.PICTURE, reader.size, len(data), reader.travelled, shown, tuple(facts), tuple(notes)
    )


def _shown(kind: FileKind, read: _Read, shown_as: As, around: Around) -> Part:
    if kind is FileKind.EMPTY:
        return None, [], ["The file is empty."]
    if shown_as == "hex" or (kind is FileKind.BINARY and shown_as == "auto"):
        return text.hexadecimal(read.data), facts_of(read.path, read.data) if kind is FileKind.BINARY else [], []
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
    body, notes = yaml_tree(decoded.text, whole=read.whole)
    return body, [], notes


def _table(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, notes = text.table(read.path, decoded.text, whole=read.whole)
    return body, [], notes


def _html(read: _Read, decoded: Decoded, around: Around) -> Part:
    body, _, notes = _source(read, decoded)
    return body, text.facts(decoded.text), notes


def _mlmodel(read: _Read, decoded: Decoded, around: Around) -> Part:
    model = mapping(decoded.text)
    if model is None:
        body, notes = yaml_tree(decoded.text, whole=read.whole)
        return body, [], ["It could not be read as an MLmodel file.", *notes]
    named = {str(key): value for key, value in model.items()}
    info = named.get("saved_input_example_info")
    example = str(info.get("artifact_path", "")) if isinstance(info, dict) else ""
    beside = Beside(around.beside("requirements.txt"), around.beside(example) if example else None)
    run_id = named.get("run_id")
    by = around.logged_by(run_id) if isinstance(run_id, str) and run_id else None
    tree, notes = read_mlmodel(named, beside, by)
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
