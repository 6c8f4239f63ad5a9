"""The files that come with the deck, in a checkout as in an installed wheel."""

from __future__ import annotations

from pathlib import Path, PurePath

_PACKAGE = Path(__file__).parent


def style_sheets(*names: str) -> list[str | PurePath]:
    """The paths of style sheets by name, in the order in which they count.

    Raises FileNotFoundError for a name that is not there.
    """
    folder = _PACKAGE / "styles"
    if not folder.is_dir():
        folder = _PACKAGE.parent / "styles"
    sheets: list[str | PurePath] = []
    for name in names:
        sheet = folder / name
        if not sheet.is_file():
            raise FileNotFoundError(sheet)
        sheets.append(sheet)
    return sheets


def example_config() -> str:
    """The commented example of a configuration file."""
    file = _PACKAGE / "config" / "config.example.yaml"
    if not file.is_file():
        file = _PACKAGE.parent / "config.example.yaml"
    return file.read_text(encoding="utf-8")


# From which widths a screen is laid out otherwise, for pages and dialogues alike.


NARROW, RICH = 100, 160  # columns from which two panes stand side by side, and from which there is room to spare

BREAKPOINTS: list[tuple[int, str]] = [(0, "-narrow"), (NARROW, "-wide"), (RICH, "-rich")]

# Below so many lines, what is under a list takes less than its share.
TALL = 20
HEIGHTS: list[tuple[int, str]] = [(0, "-short"), (TALL, "-tall")]
