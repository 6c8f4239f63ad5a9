"""What a binary file is, by its first bytes; nothing in it is ever run or unpickled."""

from __future__ import annotations

import re

from tui.domain.preview.sniff import ending
from tui.domain.text import clean, named

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
_BY_ENDING = {
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
    by_name = _BY_ENDING.get(ending(path), "")
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
