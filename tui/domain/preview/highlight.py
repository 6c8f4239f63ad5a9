"""Syntax colours of source text as spans of tones, by Pygments, which Textual brings with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.preview.sniff import ending
from tui.domain.preview.text import clean_line, cut_notes, lines_of
from tui.domain.preview.values import Span, TextBody, Tone

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MOST = 300_000
"""Characters that are coloured; what comes after them is shown plain."""

# By the beginning of a token's name; the first that fits counts.
_TONES: tuple[tuple[str, Tone], ...] = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Constant", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Literal.Date", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Tag", "name"),
    ("Token.Name.Attribute", "accent"),
    ("Token.Name.Builtin", "accent"),
    ("Token.Generic.Heading", "heading"),
    ("Token.Generic.Subheading", "heading"),
    ("Token.Generic.Deleted", "bad"),
    ("Token.Generic.Inserted", "good"),
    ("Token.Generic.Error", "bad"),
    ("Token.Generic.Traceback", "bad"),
)
_NEVER = frozenset({"txt", "text", "log", "out", "lst", ""})
_NAMED = {"dockerfile": "docker", "makefile": "make", "requirements.txt": "ini", "conda.yaml": "yaml"}


def source(path: str, text: str, *, whole: bool = True) -> tuple[TextBody, list[str], str]:
    """A text with its syntax coloured, the notes that go with it, and the language ("" for plain text)."""
    lines, was_cut = lines_of(text, whole=whole)
    shown = tuple(map(clean_line, lines))
    lexer = _lexer(path)
    if lexer is None:
        return TextBody(shown), cut_notes(was_cut), ""
    # Colours are those of the cleaned lines, so that spans and what is on the screen agree.
    return TextBody(shown, _spans(lexer, shown)), cut_notes(was_cut), str(lexer.name)


def _lexer(path: str) -> Lexer | None:
    name = path.rpartition("/")[2].lower()
    if ending(path) in _NEVER and name not in _NAMED:
        return None
    from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name

    if name in _NAMED:
        found: Lexer = get_lexer_by_name(_NAMED[name])
    else:
        kind = find_lexer_class_for_filename(name)
        if kind is None:
            return None
        found = kind()
    found.stripnl = found.stripall = found.ensurenl = False
    return found


def _spans(lexer: Lexer, lines: tuple[str, ...]) -> tuple[tuple[Span, ...], ...]:
    tones: dict[object, Tone] = {}
    spans: list[list[Span]] = [[] for _ in lines]
    line = column = 0
    for token, value in lexer.get_tokens("\n".join(lines)[:MOST]):
        tone = tones.get(token)
        if tone is None:
            tone = tones[token] = _tone(str(token))
        for number, piece in enumerate(value.split("\n")):
            if number:
                line, column = line + 1, 0
            if tone and piece.strip() and line < len(spans):
                spans[line].append((column, column + len(piece), tone))
            column += len(piece)
    return tuple(map(tuple, spans))


def _tone(token: str) -> Tone:
    return next((tone for start, tone in _TONES if token.startswith(start)), "")
