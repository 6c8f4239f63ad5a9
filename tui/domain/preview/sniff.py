"""What a file is, by its name and its first bytes, and in which encoding its text is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from tui.domain.preview.values import FileKind
from tui.domain.text import clean, named

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
_NAMED = {"mlmodel": FileKind.MLMODEL}
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
    named = _NAMED.get(path.rpartition("/")[2].lower()) or _BY_ENDING.get(ending(path))
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


def facts(path: str, data: bytes) -> list[tuple[str, str]]:
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
