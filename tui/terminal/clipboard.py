"""How a text reaches the terminal's clipboard, also from inside tmux and screen, which stand in between."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator, Mapping

TMUX_PATIENCE_S = 5.0
_SCREEN_TAKES = 500  # characters that screen passes on at once

SET_CLIPBOARD = "tmux set -g set-clipboard on"
ALLOW_PASSTHROUGH = "tmux set -g allow-passthrough on"


def sequences(text: str, environment: Mapping[str, str]) -> Iterator[str]:
    """What is written to the terminal: OSC 52, wrapped so that what stands in between passes it on."""
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if environment.get("TMUX"):
        yield "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    elif environment.get("STY"):
        for start in range(0, len(plain), _SCREEN_TAKES):
            yield f"\x1bP{plain[start : start + _SCREEN_TAKES]}\x1b\\"
    else:
        yield plain


def through_tmux(text: str) -> str:
    """Give a text to tmux, which hands it to its terminal; answers the setting that is in the way, "" if none is."""
    try:
        loaded = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode(),
            capture_output=True,
            timeout=TMUX_PATIENCE_S,
            check=False,
        )
        if loaded.returncode != 0:
            return ALLOW_PASSTHROUGH  # before 3.2 it does not hand buffers on
        asked = ["tmux", "show-options", "-gv", "set-clipboard"]
        shown = subprocess.run(asked, capture_output=True, timeout=TMUX_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ALLOW_PASSTHROUGH
    return SET_CLIPBOARD if shown.stdout.strip() == b"off" else ""
