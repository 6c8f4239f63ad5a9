"""Pictures and Parquet files as the gateway reads them: whole, cut, wrong, and too large."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tui.gateway.artifacts.preview import decode_picture, head
from tui.gateway.artifacts.readers import PartsFile, StreamReader


def encoded(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_kinds_of_pictures(kind: str) -> None:
    body, facts, notes = decode_picture(encoded(Image.new("RGB", (300, 200), (255, 0, 0)), kind), whole=True)
    assert body is not None
    assert dict(facts)["pixels"] == "300 × 200"
    assert notes == []
    level = body.levels[0]
    assert (level.width, level.height, len(level.pixels)) == (240, 160, 3 * 240 * 160)
    red, green, _ = level.pixels[:3]
    assert red > 230
    assert green < 25


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_modes_of_pictures(mode: str) -> None:
    kind = "PNG" if mode in ("1", "L", "LA", "P", "RGBA", "I;16") else "TIFF"
    body, _, _ = decode_picture(encoded(Image.new(mode, (20, 10)), kind), whole=True)
    assert body is not None


def test_transparent_is_white() -> None:
    body, _, _ = decode_picture(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG"), whole=True)
    assert body is not None
    assert set(body.levels[0].pixels) == {255}


def test_a_large_photograph_is_decoded_small() -> None:
    body, facts, notes = decode_picture(encoded(Image.new("RGB", (6000, 4000)), "JPEG"), whole=True)
    assert body is not None
    assert dict(facts)["pixels"] == "6 000 × 4 000"
    assert notes == []
    assert sum(len(level.pixels) for level in body.levels) < 800_000


def test_a_picture_that_claims_too_many_pixels_is_not_decoded() -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    body, facts, notes = decode_picture(bomb, whole=True)
    assert body is None
    assert dict(facts)["pixels"] == "100 000 × 100 000"
    assert "10 000 million pixels" in notes[0]


def test_a_picture_that_ends_short_shows_what_is_there() -> None:
    whole = encoded(Image.effect_noise((200, 200), 50).convert("RGB"), "JPEG")
    body, _, notes = decode_picture(whole[: len(whole) // 2], whole=True)
    assert body is not None
    assert "ends short" in notes[0]


def test_a_picture_that_is_none_says_so() -> None:
    body, facts, notes = decode_picture(b"\x89PNG\r\n\x1a\nthis is no picture", whole=True)
    assert (body, facts) == (None, [])
    assert "none" in notes[0]


def test_a_parquet_file_is_read_from_its_end_and_its_beginning() -> None:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    rows = 200_000
    table = arrow.table(
        {
            "n": list(range(rows)),
            "[red]name[/red]": [f"row \x1b {number}" for number in range(rows)],
            "list": [[number] for number in range(rows)],
            "bytes": [b"\0" * 20] * rows,
            "none": [None] * rows,
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file, row_group_size=rows // 4, compression="none")
    data = file.getvalue()
    reader = _Counting(data)
    body, facts, notes = head(PartsFile(reader))
    assert body is not None
    assert body.total_rows == rows
    assert (body.rows, body.cells[0][:3]) == (200, ("0", "1", "2"))
    assert body.cells[1][0] == "row \\x1b 0"
    assert body.columns[0].is_number
    assert body.columns[0].type == "int64"
    assert body.cells[3][0].endswith("… 20 bytes")
    assert body.cells[4][0] == ""
    assert dict(facts)["row groups"] == "4"
    assert notes == ["The first 200 rows are shown."]
    assert reader.travelled < len(data) / 4


def test_a_parquet_file_that_is_none_or_cut_says_so() -> None:
    for data in (b"PAR1" + b"x" * 100, b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"):
        body, _, notes = head(io.BytesIO(data))
        assert body is None
        assert "cannot be read as Parquet" in notes[0]
        assert not notes[0].endswith("..")


class _Counting(StreamReader):
    by_parts = True

    def __init__(self, data: bytes) -> None:
        super().__init__(lambda: io.BytesIO(data), len(data))
        self._data = data

    def part(self, start: int, length: int) -> bytes:
        data = self._data[start : start + length]
        self.travelled += len(data)
        return data


def test_a_terminal_with_pixels_gets_no_more_of_them_than_it_has() -> None:
    noise = encoded(Image.effect_noise((3000, 2000), 90).convert("RGB"), "PNG")
    body, _, _ = decode_picture(noise, whole=True, fine=(1200, 500))
    assert body is not None
    assert body.fine is not None
    assert (body.fine.width, body.fine.height) == (3000, 2000)
    assert len(body.fine.png) <= 600_000
    sent = Image.open(io.BytesIO(body.fine.png))
    assert sent.width <= 750
    assert sent.height <= 500
    assert abs(sent.width / sent.height - 1.5) < 0.02
    plain, _, _ = decode_picture(noise, whole=True)
    assert plain is not None
    assert plain.fine is None
