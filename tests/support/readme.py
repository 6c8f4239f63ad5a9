"""The parts of the README that are made from the code: ``python -m tests.support.readme`` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from tui.console.listing import markdown_table

README = Path(__file__).parents[2] / "README.md"
_BEGIN = "<!-- keys: made by `make readme` from tui/app/actions.py -->\n"
_END = "<!-- end of keys -->\n"


def with_keys(text: str) -> str:
    """The README's text with the table of keys as the actions are now."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}{markdown_table()}\n{_END}{after}"


def commands(text: str) -> list[str]:
    """The README's shell commands in order, one line each."""
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text(encoding="utf-8")), encoding="utf-8")
