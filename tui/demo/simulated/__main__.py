"""``python -m tui.demo.simulated``: the sample workspace on a port of this machine, until its input closes."""

from __future__ import annotations

import sys
import time

from tui.demo.simulated.server import serving_on_loopback, workspace


def main() -> None:
    """Print the address, then the token, a line each; end when whoever started this closes the other end."""
    with serving_on_loopback(workspace(int(time.time() * 1000))) as server:
        sys.stdout.write(f"{server.address}\n{server.workspace.token}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
