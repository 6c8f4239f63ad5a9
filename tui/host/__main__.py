"""A context's own process: ``python tui/host/__main__.py DESCRIPTOR PARENT``, started by the deck."""

from __future__ import annotations

import os
import sys

# The folder that Python puts first is this file's, or the working folder, where a mere checkout of mlflow would
# stand in for the installed one. The folder above the package serves both an installation and a clone.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tui.host.child import main  # noqa: E402  the line above decides which tui this is

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
