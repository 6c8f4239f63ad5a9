"""Text as clean lines of bounded length, and bytes as lines of hexadecimal."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from tui.domain.preview.values import FileKind, Span, TableBody, TableColumn, TextBody, Tone
from tui.domain.quantities import count
from tui.domain.text import clean, named

if TYPE_CHECKING:
    from pygments.lexer import Lexer


# What a file is, by its name and its first bytes, and in which encoding its text is.


_BY_ENDING = {
    "md": FileKind.MARKDOWN, "markdown": FileKind.MARKDOWN,
    "json": FileKind.JSON, "ipynb": FileKind.JSON, "geojson": FileKind.JSON,
    "jsonl": FileKind.JSON_LINES, "ndjson": FileKind.JSON_LINES,
    "yaml": FileKind.YAML, "yml": FileKind.YAML,
    "csv": FileKind.DELIMITED, "tsv": FileKind.DELIMITED, "tab": FileKind.DELIMITED,
    "parquet": FileKind.PARQUET, "pq": FileKind.PARQUET,
    "html": FileKind.HTML, "htm": FileKind.HTML, "xhtml": FileKind.HTML,
    "log": FileKind.LOG, "out": FileKind.LOG, "err": FileKind.LOG,
    "png": FileKind.PICTURE, "jpg": FileKind.PICTURE, "jpeg": FileKind.PICTURE, "gif": FileKind.PICTURE,
    "webp": FileKind.PICTURE, "bmp": FileKind.PICTURE, "tif": FileKind.PICTURE, "tiff": FileKind.PICTURE,
    "ico": FileKind.PICTURE,
}  # fmt: skip
_BY_NAME = {"mlmodel": FileKind.MLMODEL}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_ESCAPES = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
# Control characters that no text holds but by mistake; ESC is in logs, form feed and backspace in old ones.
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_FEW = 0.002


@dataclass(frozen=True)
class Decoded:
    """Bytes as text, and the encoding by which they are; ``guessed`` where nothing proved it."""

    text: str
    encoding: str
    guessed: bool = False


def ending(path: str) -> str:
    """The ending of a file's name in lower case, without its dot; empty where it has none."""
    name = path.rpartition("/")[2]
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def kind_of(path: str, head: bytes) -> FileKind:
    """What a file is. The name is believed for text, the bytes for everything else: a picture that is none is binary
    or text, a Parquet file is one by its first four bytes whatever it is called."""
    if not head:
        return FileKind.EMPTY
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    if _is_picture(head):
        return FileKind.PICTURE
    named = _BY_NAME.get(path.rpartition("/")[2].lower()) or _BY_ENDING.get(ending(path))
    if not is_text(head):
        # Called a picture or a table, and not even text: whoever reads it says what is wrong with it.
        return named if named in (FileKind.PICTURE, FileKind.PARQUET) else FileKind.BINARY
    if named is not None and named not in (FileKind.PICTURE, FileKind.PARQUET):
        return named
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return FileKind.HTML
    if named is None and start[:1] in (b"{", b"[") and not ending(path):
        return FileKind.JSON
    if _ESCAPES.search(head):
        return FileKind.LOG
    return FileKind.TEXT


def misnamed(path: str, kind: FileKind) -> str:
    """A sentence where a file is called something that its text is not; "" otherwise."""
    named = _BY_ENDING.get(ending(path))
    if kind in (FileKind.PICTURE, FileKind.PARQUET, FileKind.BINARY, FileKind.EMPTY):
        return ""
    what = {FileKind.PICTURE: "a picture", FileKind.PARQUET: "a Parquet table"}.get(named or kind, "")
    return f"It is called {what}, but it is text." if what else ""


def _is_picture(head: bytes) -> bool:
    if head.startswith(b"BM"):
        return len(head) > 26 and head[14:18] in (b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith(_PICTURES)


def is_text(head: bytes) -> bool:
    """Whether bytes are text in one of the encodings that ``decode`` knows."""
    if _utf_16(head):
        return True
    if b"\0" in head:
        return False
    return len(_CONTROLS.findall(head)) <= _FEW * len(head)


def _utf_16(head: bytes) -> str:
    """The kind of UTF-16 that bytes are, by their mark or by where their zeros stand; else empty."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return ""  # UTF-32, which nobody writes
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    sample = head[:2000]
    if len(sample) >= 8 and b"\0" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.6 * half and even == 0:
            return "utf-16-le"
        if even > 0.6 * half and odd == 0:
            return "utf-16-be"
    return ""


def decode(head: bytes, *, whole: bool = True) -> Decoded:
    """Bytes as text: UTF-8, UTF-16, else Latin-1, in which every byte is a letter.

    ``whole`` is False where more bytes follow, so that a character cut in two at the end is left away.
    """
    wide = _utf_16(head)
    if wide:
        text = codecs.getincrementaldecoder(wide)(errors="replace").decode(head, final=whole)
        return Decoded(text.removeprefix("\ufeff"), "UTF-16", not head.startswith((b"\xff\xfe", b"\xfe\xff")))
    marked = head.startswith(b"\xef\xbb\xbf")
    try:
        return Decoded(head.decode("utf-8-sig"), "UTF-8 with mark" if marked else "UTF-8")
    except UnicodeDecodeError as error:
        if not whole and error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return Decoded(head[: error.start].decode("utf-8-sig"), "UTF-8")
    return Decoded(head.decode("latin-1"), "Latin-1", True)


# What a binary file is, by its first bytes; nothing in it is ever run or unpickled.


_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "ZIP archive"),
    (0, b"PK\x05\x06", "empty ZIP archive"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (257, b"ustar", "tar archive"),
    (0, b"\x93NUMPY", "NumPy array"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (0, b"SQLite format 3\0", "SQLite database"),
    (0, b"%PDF-", "PDF"),
    (0, b"\x7fELF", "ELF program or library"),
    (0, b"ARROW1", "Arrow file"),
    (0, b"Obj\x01", "Avro"),
    (0, b"ORC", "ORC"),
    (0, b"GGUF", "GGUF model"),
    (4, b"TFL3", "TensorFlow Lite model"),
    (0, b"CBM1", "CatBoost model"),
    (0, b"binf", "XGBoost model"),
    (0, b"OggS", "Ogg"),
    (0, b"ID3", "MP3"),
    (4, b"ftyp", "MP4"),
    (0, b"\0asm", "WebAssembly"),
)
_BINARY_BY_ENDING = {
    "pt": "PyTorch file", "pth": "PyTorch file", "onnx": "ONNX model", "npz": "NumPy arrays",
    "whl": "Python wheel", "xlsx": "Excel workbook", "docx": "Word document", "keras": "Keras model",
    "joblib": "joblib file", "pkl": "Python pickle", "pickle": "Python pickle", "safetensors": "safetensors",
    "cbm": "CatBoost model", "ubj": "UBJSON", "bin": "", "pb": "protocol buffers", "woff": "font", "woff2": "font",
}  # fmt: skip
_PICKLED = re.compile(rb"^\x80[\x02-\x05](?:\x95.{8})?", re.DOTALL)
_CLASSES = re.compile(rb"\x8c(.)([a-zA-Z_][\w.]{0,80})\x94\x8c(.)([A-Za-z_]\w{0,60})\x94\x93", re.DOTALL)
_GLOBALS = re.compile(rb"c([a-zA-Z_][\w.]{0,80})\n([A-Za-z_]\w{0,60})\n")
_NUMPY = re.compile(rb"'descr': '([^']+)'.*?'fortran_order': (True|False).*?'shape': \(([\d, ]*)\)", re.DOTALL)


def facts_of(path: str, data: bytes) -> list[tuple[str, str]]:
    """Names and values about a binary file, from its first bytes and its name."""
    found: list[tuple[str, str]] = []
    by_name = _BINARY_BY_ENDING.get(ending(path), "")
    by_bytes = next((what for at, sign, what in _MAGIC if data[at : at + len(sign)] == sign), "")
    if not by_bytes and _PICKLED.match(data):
        by_bytes = f"Python pickle, protocol {data[1]}"
    what = by_bytes or by_name
    if by_bytes and by_name and not by_bytes.startswith(by_name):
        what = f"{by_name} ({by_bytes})"
    found.append(("what", what or "bytes of an unknown kind"))
    if by_bytes.startswith("NumPy") and (header := _NUMPY.search(data[:4096])):
        found.append(("type", clean(header[1].decode("latin-1"))))
        found.append(("shape", "×".join(part.strip() for part in header[3].decode().split(",") if part.strip()) or "1"))
    if "pickle" in what or "joblib" in what:
        found.append(("not opened", "Opening a pickle runs what is in it; only its bytes are looked at."))
        if classes := _named(data):
            found.append(("names in it", ", ".join(classes)))
    return found


def _named(data: bytes) -> list[str]:
    """The first classes that a pickle refers to, in its order."""
    names = [f"{module.decode()}.{name.decode()}" for _, module, _, name in _CLASSES.findall(data)]
    names += [f"{module.decode()}.{name.decode()}" for module, name in _GLOBALS.findall(data)]
    return [named(name) for name in dict.fromkeys(names)][:8]


LONGEST_LINE = 4000
"""Characters that are shown of one line."""
MOST_LINES = 50_000
TAB = 4

_HEX_ROW = 16
_SPLIT = re.compile(r"\r\n|\n|\r")


def lines_of(text: str, *, whole: bool = True) -> tuple[list[str], bool]:
    """The lines of a text, not yet clean, each cut at a length that may be shown; and whether any had to be cut.

    A line that the end of what was read has cut in two stays, since it may be the only one.
    """
    lines = _SPLIT.split(text)
    if whole and lines and not lines[-1]:
        lines.pop()
    del lines[MOST_LINES:]
    was_cut = False
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            was_cut = True
            left = len(line) - LONGEST_LINE
            lines[number] = f"{line[:LONGEST_LINE]} … {count(left)} more characters in this line"
    return lines, was_cut


def clean_line(line: str) -> str:
    """One line that may be shown; tabs become spaces."""
    if "\t" not in line:
        return clean(line)
    return "\t".join(clean(part) for part in line.split("\t")).expandtabs(TAB)


def plain(text: str, *, whole: bool = True) -> tuple[TextBody, list[str]]:
    """A text as a body without colours, and the notes that go with it."""
    lines, was_cut = lines_of(text, whole=whole)
    return TextBody(tuple(map(clean_line, lines))), cut_notes(was_cut)


def cut_notes(was_cut: bool) -> list[str]:
    """The note about lines that are too long to show."""
    return [f"Lines are shown up to {count(LONGEST_LINE)} characters."] if was_cut else []


def hexadecimal(data: bytes, most: int = 4096) -> TextBody:
    """The first bytes as offset, hexadecimal and the letters that they would be."""
    lines: list[str] = []
    spans: list[tuple[Span, ...]] = []
    for at in range(0, min(len(data), most), _HEX_ROW):
        row = data[at : at + _HEX_ROW]
        left, right = (" ".join(f"{byte:02x}" for byte in half) for half in (row[:8], row[8:]))
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}  {left:<23}  {right:<23}  {letters}")
        spans.append(((0, 8, "muted"), (60, 60 + len(letters), "string")))
    return TextBody(tuple(lines), tuple(spans), numbered=False)


# Logs with terminal escapes: colours become tones, everything else that acts on a terminal is taken out or shown.


_SEQUENCE = re.compile(r"\x1b(?:\[(?P<sgr>[0-9;:]*)m|\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>78])")
_COLOURS: dict[int, Tone] = {
    31: "bad", 91: "bad", 32: "good", 92: "good", 33: "warn", 93: "warn",
    34: "accent", 94: "accent", 36: "accent", 96: "accent", 35: "keyword", 95: "keyword", 90: "muted",
}  # fmt: skip
_LEVELS = re.compile(r"\b(?:(?P<bad>ERROR|CRITICAL|FATAL|Traceback)|(?P<warn>WARN(?:ING)?)|(?P<muted>DEBUG|TRACE))\b")


def log(text: str, *, whole: bool = True) -> tuple[TextBody, list[str]]:
    """A log as lines with tones, and the notes that go with it.

    Of a line that was written over by carriage returns, as progress bars do, the last state is shown.
    """
    final = re.sub(r"[^\n]*\r(?=[^\n\r])", "", text.replace("\r\n", "\n"))
    lines, was_cut = lines_of(final, whole=whole)
    shown: list[str] = []
    spans: list[tuple[Span, ...]] = []
    tone: Tone = ""
    acted = False
    for line in lines:
        plain, found, tone, acts = _line(line, tone)
        acted = acted or acts
        if not found:
            level = _LEVELS.search(plain[:200])
            if level is not None and level.lastgroup is not None:
                found = ((level.start(), level.end(), _tone_of_level(level.lastgroup)),)
        shown.append(plain)
        spans.append(found)
    notes = cut_notes(was_cut)
    if acted:
        notes.append("Escapes that would act on a terminal are taken out; colours are kept.")
    return TextBody(tuple(shown), tuple(spans)), notes


def _tone_of_level(group: str) -> Tone:
    return "bad" if group == "bad" else "warn" if group == "warn" else "muted"


def _line(line: str, tone: Tone) -> tuple[str, tuple[Span, ...], Tone, bool]:
    """A clean line, its spans, the tone at its end, and whether it held more than colours."""
    if "\x1b" not in line and not tone:
        return clean_line(line), (), tone, False
    parts: list[str] = []
    spans: list[Span] = []
    at = width = 0
    acts = False

    def add(piece: str) -> None:
        nonlocal width
        cleaned = clean_line(piece)
        if cleaned:
            if tone:
                spans.append((width, width + len(cleaned), tone))
            parts.append(cleaned)
            width += len(cleaned)

    for found in _SEQUENCE.finditer(line):
        add(line[at : found.start()])
        if found["sgr"] is not None:
            tone = _after(found["sgr"], tone)
        else:
            acts = True
        at = found.end()
    add(line[at:])
    return "".join(parts), tuple(spans), tone, acts


def _after(codes: str, tone: Tone) -> Tone:
    """The tone after a sequence of colours and weights."""
    numbers = [int(code) if code.isdecimal() and len(code) < 4 else 0 for code in re.split("[;:]", codes or "0")]
    at = 0
    while at < len(numbers):
        code = numbers[at]
        if code == 0 or code == 39:
            tone = ""
        elif code == 1 and not tone:
            tone = "strong"
        elif code == 2:
            tone = "muted"
        elif code in _COLOURS:
            tone = _COLOURS[code]
        elif code in (30, 37, 97):
            tone = ""
        elif code in (38, 48):  # a colour by number or by parts, which has no meaning of its own
            at += 2 if numbers[at + 1 : at + 2] == [5] else 4
            if code == 38:
                tone = "strong"
        at += 1
    return tone


# Syntax colours of source text as spans of tones, by Pygments, which Textual brings with it.


MOST = 300_000
"""Characters that are coloured; what comes after them is shown plain."""

# By the beginning of a token's name; the first that fits counts.
_TONES: tuple[tuple[str, Tone], ...] = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Constant", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Literal.Date", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Tag", "name"),
    ("Token.Name.Attribute", "accent"),
    ("Token.Name.Builtin", "accent"),
    ("Token.Generic.Heading", "heading"),
    ("Token.Generic.Subheading", "heading"),
    ("Token.Generic.Deleted", "bad"),
    ("Token.Generic.Inserted", "good"),
    ("Token.Generic.Error", "bad"),
    ("Token.Generic.Traceback", "bad"),
)
_NEVER = frozenset({"txt", "text", "log", "out", "lst", ""})
_NAMED = {"dockerfile": "docker", "makefile": "make", "requirements.txt": "ini", "conda.yaml": "yaml"}


def source(path: str, text: str, *, whole: bool = True) -> tuple[TextBody, list[str], str]:
    """A text with its syntax coloured, the notes that go with it, and the language ("" for plain text)."""
    lines, was_cut = lines_of(text, whole=whole)
    shown = tuple(map(clean_line, lines))
    lexer = _lexer(path)
    if lexer is None:
        return TextBody(shown), cut_notes(was_cut), ""
    # Colours are those of the cleaned lines, so that spans and what is on the screen agree.
    return TextBody(shown, _spans(lexer, shown)), cut_notes(was_cut), str(lexer.name)


def _lexer(path: str) -> Lexer | None:
    name = path.rpartition("/")[2].lower()
    if ending(path) in _NEVER and name not in _NAMED:
        return None
    from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name

    if name in _NAMED:
        found: Lexer = get_lexer_by_name(_NAMED[name])
    else:
        kind = find_lexer_class_for_filename(name)
        if kind is None:
            return None
        found = kind()
    found.stripnl = found.stripall = found.ensurenl = False
    return found


def _spans(lexer: Lexer, lines: tuple[str, ...]) -> tuple[tuple[Span, ...], ...]:
    tones: dict[object, Tone] = {}
    spans: list[list[Span]] = [[] for _ in lines]
    line = column = 0
    for token, value in lexer.get_tokens("\n".join(lines)[:MOST]):
        tone = tones.get(token)
        if tone is None:
            tone = tones[token] = _tone(str(token))
        for number, piece in enumerate(value.split("\n")):
            if number:
                line, column = line + 1, 0
            if tone and piece.strip() and line < len(spans):
                spans[line].append((column, column + len(piece), tone))
            column += len(piece)
    return tuple(map(tuple, spans))


def _tone(token: str) -> Tone:
    return next((tone for start, tone in _TONES if token.startswith(start)), "")


# What an HTML page is, without showing it: its title, its words, and what it would load.


_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|svg)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*(?:>|\Z)", re.DOTALL)
_OPENED = re.compile(r"<([a-zA-Z][a-zA-Z0-9-]*)")
_LOADED = re.compile(r"""\b(?:src|href)\s*=\s*["']?(https?:)?//([^/"'\s>]+)""", re.IGNORECASE)
_MADE_BY = (
    ("plotly", "Plotly"), ("bokeh", "Bokeh"), ("vega", "Vega"), ("d3.", "D3"), ("shap", "SHAP"),
    ("evidently", "Evidently"), ("ydata", "ydata-profiling"), ("jupyter", "Jupyter"),
)  # fmt: skip
_WORDS = 600


def facts(text: str) -> list[tuple[str, str]]:
    """Names and values about a page, or about the head of one."""
    found: list[tuple[str, str]] = []
    title = _TITLE.search(text)
    if title:
        found.append(("title", _one_line(title[1])[:200]))
    tags = [tag.lower() for tag in _OPENED.findall(text)]
    counted = [(name, tags.count(name)) for name in ("script", "table", "img", "svg", "iframe", "form")]
    inside = ", ".join(f"{count(number)} × {name}" for name, number in counted if number)
    if inside:
        found.append(("holds", inside))
    lowered = text[:200_000].lower()
    tools = [name for sign, name in _MADE_BY if sign in lowered]
    if tools:
        found.append(("looks like", ", ".join(tools)))
    hosts = sorted({clean(host) for _, host in _LOADED.findall(text)})
    if hosts:
        found.append(("would load from", ", ".join(hosts[:8]) + (" …" if len(hosts) > 8 else "")))
    words = _one_line(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    if words:
        found.append(("says", words[:_WORDS] + (" …" if len(words) > _WORDS else "")))
    return found


def _one_line(text: str) -> str:
    return clean(" ".join(unescape(text).split()))


# CSV and its like as the head of a table.


MOST_ROWS = 2_000
MOST_COLUMNS = 300
LONGEST_CELL = 300

_DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|nan|-?inf(inity)?", re.IGNORECASE)
_LONGEST_FIELD = 1 << 27


def table(path: str, text: str, *, whole: bool = True) -> tuple[TableBody | None, list[str]]:
    """The head of a delimited table and the notes that go with it; None where it is no table at all.

    The first row is taken for names. A last row that the end of what was read has cut is left away.
    """
    delimiter = "\t" if ending(path) in ("tsv", "tab") else _delimiter(text)
    notes: list[str] = []
    # The module's limit is for the whole process, and a cell may well be longer than its default.
    csv.field_size_limit(_LONGEST_FIELD)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                notes.append(f"The first {count(MOST_ROWS)} rows are shown.")
                break
        else:
            if not whole and len(rows) > 1:
                rows.pop()
    except csv.Error as error:
        notes.append(f"It is no well-formed table from row {count(len(rows) + 1)} on: {error}.")
    if not rows:
        return None, notes
    width = max(len(row) for row in rows)
    uneven = sum(1 for row in rows[1:] if len(row) != len(rows[0]))
    if uneven:
        notes.append(f"{count(uneven)} of the rows have another number of cells than the first.")
    if width > MOST_COLUMNS:
        notes.append(f"The first {MOST_COLUMNS} of {count(width)} columns are shown.")
    shown = min(width, MOST_COLUMNS)
    names = (rows[0] + [""] * (shown - len(rows[0])))[:shown]
    body = rows[1 : MOST_ROWS + 1]
    return body_of(names, body, len(body) if whole else None, width), notes


def body_of(names: Sequence[str], rows: Sequence[Sequence[str]], total: int | None, width: int) -> TableBody:
    """Rows of texts as a table, as many columns as there are names; what a short row lacks is empty."""
    columns: list[TableColumn] = []
    cells: list[tuple[str, ...]] = []
    for number, name in enumerate(names):
        column = [row[number] if number < len(row) else "" for row in rows]
        columns.append(TableColumn(clean(name[:LONGEST_CELL]), is_number=_are_numbers(column)))
        cells.append(tuple(cell_text(cell) for cell in column))
    return TableBody(tuple(columns), tuple(cells), len(rows), total, width)


def cell_text(cell: str) -> str:
    """A cell on one line, not longer than a line of a table may be."""
    return clean(cell) if len(cell) <= LONGEST_CELL else clean(cell[:LONGEST_CELL]) + "…"


def _delimiter(text: str) -> str:
    """The one that parts the first lines most often, and equally often in each."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    best, most = ",", 0.0
    for candidate in _DELIMITERS:
        counts = [line.count(candidate) for line in lines]
        if counts and counts[0]:
            same = sum(1 for number in counts if number == counts[0]) / len(counts)
            score = counts[0] * same
            if score > most:
                best, most = candidate, score
    return best


def _are_numbers(cells: list[str]) -> bool:
    present = [cell for cell in cells if cell.strip()]
    return bool(present) and all(_NUMBER.fullmatch(cell.strip()) for cell in present[:200])
