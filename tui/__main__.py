"""``mlflow-deck``, and ``python -m tui``: the deck at once if nothing more is said, else the command line."""

from __future__ import annotations

import os
import sys

from tui.app.start import GivenOptions, reporting, run


def main() -> None:
    """Run the program; ends with a status that says how it went."""
    if sys.argv[1:] or "_MLFLOW_DECK_COMPLETE" in os.environ:  # a shell asks what could come next
        from tui.cli import main as command_line

        command_line()
    else:
        reporting(lambda: run(GivenOptions(), None))


if __name__ == "__main__":
    main()
