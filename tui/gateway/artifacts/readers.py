"""Reading one artifact by parts: from a local file, from a server that may or may not know ranges, from a stream."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tui.domain.problem import Kind, Problem

if TYPE_CHECKING:
    from requests import Response

CHUNK = 256 * 1024
_PART = 8 * 1024 * 1024  # of a whole file that is fetched part by part
_RANGE_ANSWER = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_SIZE_ANSWER = re.compile(r"bytes \*/(\d+)")


class Reader(Protocol):
    """One file of a store. ``travelled`` counts the bytes that have come from the store so far."""

    size: int | None
    travelled: int
    by_parts: bool  # whether any part can be read without what comes before it
    fetches_whole: bool  # whether the whole file travels even for its first byte

    def head(self, most: int) -> bytes:
        """The first bytes; reading stops there whatever the store would go on sending."""
        ...

    def part(self, start: int, length: int) -> bytes:
        """Bytes from the middle; only where ``by_parts``."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """The whole file, a chunk at a time."""
        ...

    def close(self) -> None: ...


class LocalReader:
    """A file on this machine."""

    by_parts = True
    fetches_whole = False

    def __init__(self, path: str) -> None:
        # Not blocking: the name may be that of a pipe that nobody writes to.
        self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0)
        found = os.fstat(self._file.fileno())
        if not stat.S_ISREG(found.st_mode):
            self._file.close()
            raise Problem(Kind.UNSUPPORTED, "Could not read the file", f"{path} is no ordinary file.")
        self.size: int | None = found.st_size
        self.travelled = 0

    def head(self, most: int) -> bytes:
        return self.part(0, most)

    def part(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        data = bytearray()
        while len(data) < length and (more := self._file.read(length - len(data))):
            data += more
        self.travelled += len(data)
        return bytes(data)

    def chunks(self) -> Iterator[bytes]:
        self._file.seek(0)
        while data := self._file.read(CHUNK):
            self.travelled += len(data)
            yield data

    def close(self) -> None:
        self._file.close()


Ask = Callable[[dict[str, str]], "Response"]
"""Asks a server for the file with these headers; the answer is not read yet, and its status is not looked at."""


class HttpReader:
    """A file of a server. Whether the server gives parts shows with its first answer."""

    fetches_whole = False

    def __init__(self, ask: Ask, size: int | None, refused: Callable[[Response], Problem]) -> None:
        self._ask = ask
        self._refused = refused
        self.size = size
        self.travelled = 0
        self.by_parts = True  # until an answer shows otherwise

    def head(self, most: int) -> bytes:
        return self.part(0, most)

    def part(self, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        answer = self._open(f"bytes={start}-{start + length - 1}")
        try:
            if answer.status_code == 416:  # nothing there: the file is empty, or shorter than was said
                return b""
            if answer.status_code == 200 and start:
                raise Problem(
                    Kind.UNSUPPORTED, "Could not read a part of the file", "The server only sends whole files."
                )
            return self._read(answer, length)
        finally:
            answer.close()

    def chunks(self) -> Iterator[bytes]:
        answer = self._open(None)
        expected = _length(answer)
        came = 0
        try:
            while data := self._raw(answer, CHUNK):
                came += len(data)
                self.travelled += len(data)
                yield data
            if expected is not None and came < expected:
                raise ConnectionError(f"the answer ended after {came} of {expected} bytes")
        finally:
            answer.close()

    def close(self) -> None:
        """Nothing is kept open between parts."""

    def _open(self, span: str | None) -> Response:
        # Without this the bytes may come compressed, and ranges would be of something else than the file.
        headers = {"Accept-Encoding": "identity"}
        if span:
            headers["Range"] = span
        answer = self._ask(headers)
        if answer.status_code == 206:
            said = _RANGE_ANSWER.match(answer.headers.get("Content-Range", ""))
            if said and said[3] != "*":
                self.size = int(said[3])
        elif answer.status_code == 200:
            if span:
                self.by_parts = False
            length = _length(answer)
            self.size = self.size if length is None else length
        elif answer.status_code == 416 and span:
            said = _SIZE_ANSWER.fullmatch(answer.headers.get("Content-Range", ""))
            self.size = int(said[1]) if said else self.size
        else:
            try:
                raise self._refused(answer)
            finally:
                answer.close()
        return answer

    def _read(self, answer: Response, most: int) -> bytes:
        data = bytearray()
        while len(data) < most and (more := self._raw(answer, min(CHUNK, most - len(data)))):
            data += more
            self.travelled += len(more)
        return bytes(data)

    @staticmethod
    def _raw(answer: Response, most: int) -> bytes:
        read: bytes = answer.raw.read(most, decode_content=True)
        return read


def _length(answer: Response) -> int | None:
    said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() and not answer.headers.get("Content-Encoding") else None


class StreamReader:
    """A file of a store that only sends whole files: reading can be stopped early, but begins at the beginning."""

    by_parts = False

    def __init__(self, open_stream: Callable[[], BinaryIO], size: int | None, *, fetches_whole: bool = False) -> None:
        self._open = open_stream
        self.fetches_whole = fetches_whole  # whether all of it travels before the first byte is read
        self.size = size
        self.travelled = 0

    def head(self, most: int) -> bytes:
        data = bytearray()
        stream = self._open()
        try:
            while len(data) < most and (more := stream.read(min(CHUNK, most - len(data)))):
                data += more
                self.travelled += len(more)
        finally:
            stream.close()
        return bytes(data)

    def part(self, start: int, length: int) -> bytes:
        raise Problem(Kind.UNSUPPORTED, "Could not read a part of the file", "This store only sends whole files.")

    def chunks(self) -> Iterator[bytes]:
        stream = self._open()
        try:
            while data := stream.read(CHUNK):
                self.travelled += len(data)
                yield data
        finally:
            stream.close()

    def close(self) -> None:
        """Nothing is kept open."""


Fetch = Callable[[int, int], tuple[bytes, int | None]]
"""Answers so many bytes from a place on, fewer where the file ends there, and the whole size if that is said."""


class RangedReader:
    """A file of an object store, which gives any part of it."""

    by_parts = True
    fetches_whole = False

    def __init__(self, fetch: Fetch, size: int | None) -> None:
        self._fetch = fetch
        self.size = size
        self.travelled = 0

    def head(self, most: int) -> bytes:
        return self.part(0, most)

    def part(self, start: int, length: int) -> bytes:
        if length <= 0 or (self.size is not None and start >= self.size):
            return b""
        data, size = self._fetch(start, length)
        self.size = self.size if size is None else size
        self.travelled += len(data)
        return data

    def chunks(self) -> Iterator[bytes]:
        start = 0
        while data := self.part(start, _PART):
            yield data
            start += len(data)
            if len(data) < _PART:
                break

    def close(self) -> None:
        """Nothing is kept open between parts."""


class PartsFile(io.RawIOBase):
    """A reader that knows parts as the seekable file that libraries want; neighbouring small reads become one."""

    _AHEAD = 64 * 1024

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        if reader.size is None:
            raise Problem(Kind.UNSUPPORTED, "Could not read the file", "The store does not say how large it is.")
        self._reader = reader
        self._size = reader.size
        self._at = 0
        self._kept_at = 0
        self._kept = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        skip = self._at - self._kept_at
        if skip < 0 or skip + wanted > len(self._kept):
            # A footer is read in small pieces from behind: what lies before the end comes along at once.
            start = max(0, self._size - self._AHEAD) if self._size - self._at <= self._AHEAD else self._at
            self._kept = self._reader.part(start, max(wanted + self._at - start, min(self._AHEAD, self._size - start)))
            self._kept_at = start
            skip = self._at - start
        data = self._kept[skip : skip + wanted]
        self._at += len(data)
        return data

    def readall(self) -> bytes:
        return self.read()
