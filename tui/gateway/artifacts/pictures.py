"""Pictures decoded to a few small sizes, with Pillow, which MLflow brings with matplotlib."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

from tui.domain.preview.values import MOST_PIXELS, FinePicture, PictureBody, PictureLevel, level_sizes
from tui.domain.quantities import count
from tui.domain.text import clean

if TYPE_CHECKING:
    from PIL.Image import Image

# Those that are decoded by Pillow itself: others start programs (Ghostscript) or have had many holes.
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO")
_BASE = 960  # pixels of the longer side that the kept sizes are made from
_MOST_PNG = 600_000  # bytes that are sent to the terminal
_SHADES = [round(value / 8.5) * 255 // 30 for value in range(256)] * 3
_truncated = threading.Lock()


def decode(
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
