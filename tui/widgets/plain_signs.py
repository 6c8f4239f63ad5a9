"""Signs in what the screens say, each put as a plain ASCII one of the same width where those are asked for."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = str.maketrans("·…→←↑↓×–−“”‘’│─├└┊▸▾●○◆›‹▪≠≤≥÷", "-~><^v*--\"\"''|-|`|>v*o*><-!<>/")


class PlainSigns(LineFilter):
    """Replaces the signs that the deck itself uses; letters of names and values stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_plain(segment) for segment in segments]


def _plain(segment: Segment) -> Segment:
    if segment.control or segment.text.isascii():
        return segment
    return Segment(segment.text.translate(_PLAIN), segment.style)
