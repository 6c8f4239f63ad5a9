"""The README and the docs; ``python -m tests.support.readme`` writes what in them is made from the code anew."""

from __future__ import annotations

import re
from pathlib import Path

from tui.console.manual import markdown_table

README = Path(__file__).parents[2] / "README.md"
DOCS = README.parent / "docs"
KEYS = DOCS / "keys.md"
_BEGIN = "<!-- keys: made by `make readme` from tui/app/actions.py -->\n"
_END = "<!-- end of keys -->\n"


def with_keys(text: str) -> str:
    """The text of the page of keys with the table as the actions are now."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}{markdown_table()}\n{_END}{after}"


def pages() -> dict[str, str]:
    """The README and every page of the docs, by their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in (README, *sorted(DOCS.glob("*.md")))}


def blocks(text: str, kind: str) -> list[str]:
    """What stands in the blocks of one kind, ``sh`` or ``yaml``, in order."""
    return [block.strip("\n") for block in re.findall(rf"(?m)^```{kind}\n(.*?)^```", text, re.DOTALL)]


def commands(text: str) -> list[str]:
    """A page's shell commands in order, one line each."""
    return [block.strip() for block in blocks(text, "sh")]


if __name__ == "__main__":
    KEYS.write_text(with_keys(KEYS.read_text(encoding="utf-8")), encoding="utf-8")
