"""The files that come with the deck, in a checkout as in an installed wheel."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
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


# Where the deck keeps things on this machine: configuration, cache, state and the sample store.


NAME = "mlflow-deck"


def config_file(option: str | None, environ: Mapping[str, str], cwd: Path) -> tuple[Path, str]:
    """The configuration file that counts, and who named it ("" if nobody did, so that it may be absent)."""
    if option:
        return cwd / Path(option).expanduser(), "--config"
    if named := environ.get("MLFLOW_DECK_CONFIG"):
        return cwd / Path(named).expanduser(), "MLFLOW_DECK_CONFIG"
    from platformdirs import user_config_path

    return user_config_path(NAME, appauthor=False) / "config.yaml", ""


def views_file(named: str | None) -> Path:
    """The file of named views: the one that the configuration names, else the one beside where that is looked for."""
    from platformdirs import user_config_path

    return Path(named).expanduser() if named else user_config_path(NAME, appauthor=False) / "views.yaml"


def cache_dir() -> Path:
    """What can be made again: a checked configuration, rows last seen. It may not exist yet."""
    from platformdirs import user_cache_path

    return user_cache_path(NAME, appauthor=False)


def state_dir() -> Path:
    """What a person would miss: columns chosen, where they were. It may not exist yet."""
    from platformdirs import user_state_path

    return user_state_path(NAME, appauthor=False)


def data_dir() -> Path:
    """What the deck makes for a person to look at: the sample store. It may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path(NAME, appauthor=False)


def write_whole(file: Path, text: str, mode: int | None = None) -> None:
    """Put a text in the place of a file at once, whole or not at all; without ``mode`` for its owner alone.

    Raises OSError.
    """
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if mode is None else 0o777)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, file)
    except BaseException:  # whatever stops it, by a person too: nothing half written stays
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
