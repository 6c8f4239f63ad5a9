"""From the text of a filter to its nodes.

    filter   := any ("OR" any)*
    any      := one (["AND"] one)*                     words side by side are joined by AND
    one      := ("NOT" | "-" | "!") one | "(" filter ")" | test
    test     := word | "phrase" | /regex/ | has:key
              | key op value                           op: = == != < <= > >= ~ !~ (regex) : (contains)
              | key [NOT] (LIKE | ILIKE) 'pattern'     % any text, _ any one character
              | key [NOT] IN (value, …) | key IS [NOT] NULL
    key      := word | `any text` | prefix.key         prefix: metrics params tags attributes dataset

Keywords are taken in either case. MLflow's own filter strings are a part of this language.
"""

from __future__ import annotations

from tui.domain.filter.nodes import (
    PREFIXES,
    And,
    Compare,
    FilterError,
    InList,
    KeyRef,
    Literal_,
    Node,
    Not,
    Null,
    Operator,
    Or,
    Pattern,
    Prefix,
    Word,
)

DEEPEST = 60
_OPERATORS: tuple[tuple[str, Operator], ...] = (
    ("==", "="), ("!=", "!="), ("<=", "<="), (">=", ">="), ("!~", "!~"), ("=~", "~"),
    ("=", "="), ("<", "<"), (">", ">"), ("~", "~"), (":", ":"),
)  # fmt: skip
_OPERATOR_SIGNS = frozenset("=<>~:")


def parse_nodes(text: str) -> Node | None:
    """The nodes of ``text``, None where it says nothing; raises FilterError."""
    parser = _Parser(text)
    parser.blanks()
    if parser.ended():
        return None
    node = parser.either()
    if not parser.ended():
        raise parser.error("this ) closes nothing", hint="Quote it to search for it.")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    # --- reading characters -------------------------------------------------------------------------------------

    def ended(self) -> bool:
        return self.at >= len(self.text)

    def blanks(self) -> None:
        while not self.ended() and self.text[self.at].isspace():
            self.at += 1

    def here(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def error(self, message: str, position: int | None = None, hint: str = "") -> FilterError:
        """An error at ``position``; one that has run off the end of the text may still be cured by typing on."""
        return FilterError(message, self.at if position is None else position, hint, incomplete=self.ended())

    def keyword(self, *names: str) -> str:
        """The one of ``names`` (upper case) that stands here as a word of its own, else ""; does not move."""
        for name in names:
            stop = self.at + len(name)
            if self.text[self.at : stop].upper() == name and (stop >= len(self.text) or self._ends_word(stop)):
                return name
        return ""

    def _ends_word(self, at: int) -> bool:
        return self.text[at].isspace() or self.text[at] in "()'\"`"

    def skip_keyword(self, *names: str) -> str:
        found = self.keyword(*names)
        if found:
            self.at += len(found)
            self.blanks()
        return found

    # --- joining ------------------------------------------------------------------------------------------------

    def either(self) -> Node:
        items = [self.all_of()]
        while self.skip_keyword("OR"):
            items.append(self.all_of())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def all_of(self) -> Node:
        items = [self.one()]
        while not self.ended() and not self.here(")") and not self.keyword("OR"):
            self.skip_keyword("AND")
            items.append(self.one())
        return items[0] if len(items) == 1 else And(tuple(items))

    def one(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FilterError(f"more than {DEEPEST} levels of parentheses and NOT", self.at)
        node = self._one()
        self.depth -= 1
        self.blanks()
        return node

    def _one(self) -> Node:
        if self.ended():
            raise self.error("something to search for is missing at the end")
        start = self.at
        if self.skip_keyword("NOT"):
            return Not(self.one())
        word = self.keyword("AND", "OR")
        if word:
            raise FilterError(f"{word} needs something before it", start, "Quote it to search for the word.")
        if self.here("(") or self.here(")"):
            return self.group()
        if self.text[start] in "-!" and not self.here("!=") and not self.here("!~"):
            self.at += 1
            self.blanks()
            return Not(self.one())
        if self.here("/"):
            pattern = self.pattern()
            if pattern is not None:
                return pattern
        return self.test()

    def group(self) -> Node:
        start = self.at
        self.at += 1
        self.blanks()
        if self.text[start] == ")":
            self.at = start
            raise FilterError("something to search for is missing before this )", start)
        node = self.either()
        if self.ended():
            raise self.error("this ( is not closed", start)
        self.at += 1
        return node

    # --- a test -------------------------------------------------------------------------------------------------

    def test(self) -> Node:
        start = self.at
        quoted = self.text[start] in "'\""
        key = self.key()
        after = self.at
        if key.prefix == "" and not quoted and key.key.lower() == "has" and self.here(":"):
            return self.has()
        self.blanks()
        node = self.comparison(key) or self.wordy_comparison(key)
        if node is not None:
            return node
        self.at = after
        if key.prefix and self.text[start:after].rstrip("'\"`") != self.text[start:after]:
            raise self.error(f"{key} is compared with nothing", after, f"Say has:{key}, or {key} = …")
        if self.text[start] == "`":
            raise self.error(f"{key} is compared with nothing", after, f"Say has:{key}, or {key} = …")
        return Word(key.key if quoted else self.text[start:after], quoted, start)

    def comparison(self, key: KeyRef) -> Node | None:
        for sign, operator in _OPERATORS:
            if self.here(sign):
                self.at += len(sign)
                self.blanks()
                if self.ended():
                    raise self.error(f"a value is missing after {sign}")
                if self.text[self.at] in "=<>" or self.here("!=") or self.here(")"):
                    raise FilterError(f"a value is missing after {sign}", self.at, "Quote a value that starts so.")
                return Compare(key, operator, self.value(pattern=operator in ("~", "!~")))
        if self.here("!"):
            follows = self.text[self.at + 1 : self.at + 2]
            if follows == "" and self.text[self.at - 1 : self.at].isspace() is False:
                raise FilterError("an operator is cut short", self.at, "Say != or !~.", incomplete=True)
        return None

    def wordy_comparison(self, key: KeyRef) -> Node | None:
        """LIKE, IN and IS, which are words as well: they count only with what must follow them."""
        start = self.at
        negated = bool(self.skip_keyword("NOT"))
        word = self.skip_keyword("LIKE", "ILIKE", "IN") or ("" if negated else self.skip_keyword("IS"))
        if not word:
            return None
        spelled = f"NOT {word}" if negated else word
        if self.ended():
            raise self.error(f"something is missing after {spelled}", hint="Quote it to search for the word.")
        if word == "IS":
            inverse = bool(self.skip_keyword("NOT"))
            if self.skip_keyword("NULL"):
                return Null(key, negated=inverse)
            rest = self.text[self.at :].upper()
            if "NULL".startswith(rest) or (not inverse and "NOT".startswith(rest)):
                raise FilterError("IS needs NULL or NOT NULL", self.at, incomplete=True)
        elif word == "IN" and self.here("("):
            return InList(key, self.values(), negated)
        elif word != "IN" and self.text[self.at] in "'\"":
            return Compare(key, _LIKES[spelled], self.value())
        self.at = start
        return None

    def has(self) -> Node:
        self.at += 1
        self.blanks()
        if self.ended() or (self._ends_word(self.at) and self.text[self.at] in "()"):
            raise self.error("has: needs a key", hint="For example has:val_auc, or has:`my key`.")
        return Null(self.key(), negated=True, short=True)

    # --- keys ---------------------------------------------------------------------------------------------------

    def key(self) -> KeyRef:
        start = self.at
        if self.text[start] in "`'\"":
            name = self.quotation()
            prefix = PREFIXES.get(name.lower(), "") if self.text[start] == "`" and self.here(".") else ""
            if prefix:
                self.at += 1
                return self._after_prefix(prefix, start)
            if not name:
                raise self.error("this key or phrase is empty", start)
            return KeyRef("", name, start, self.at)
        while not self.ended() and not self._ends_key():
            self.at += 1
            prefix = PREFIXES.get(self.text[start : self.at].lower(), "")
            if prefix and self.here("."):
                self.at += 1
                return self._after_prefix(prefix, start)
        if self.at == start:
            sign = self.text[start]
            raise self.error(f"{sign} needs a key before it", start, f"For example: val_auc {sign} 1. Or quote it.")
        return KeyRef("", self.text[start : self.at], start, self.at)

    def _after_prefix(self, prefix: Prefix, start: int) -> KeyRef:
        begin = self.at
        if not self.ended() and self.text[begin] in "`'\"":
            name = self.quotation()
        else:
            while not self.ended() and not self._ends_key():
                self.at += 1
            name = self.text[begin : self.at]
        if not name:
            raise self.error(f"a key is missing after {self.text[start:begin]}", begin)
        return KeyRef(prefix, name, start, self.at)

    def _ends_key(self) -> bool:
        sign = self.text[self.at]
        if sign == "!":
            follows = self.text[self.at + 1 : self.at + 2]
            return follows in ("=", "~")
        return sign.isspace() or sign in "()`" or sign in _OPERATOR_SIGNS

    # --- values -------------------------------------------------------------------------------------------------

    def value(self, *, pattern: bool = False, listed: bool = False) -> Literal_:
        start = self.at
        if self.text[start] in "'\"":
            return Literal_(self.quotation(), True, start, self.at)
        if pattern and self.here("/"):
            found = self.pattern()
            if found is not None:
                return Literal_(found.text, True, start, self.at)
        depth = 0
        while not self.ended():
            sign = self.text[self.at]
            if sign.isspace() or (listed and sign == ","):
                break
            if sign == "\\" and pattern:
                self.at += 1
            elif sign == "(":
                depth += 1
            elif sign == ")":
                if depth == 0:
                    break
                depth -= 1
            self.at += 1
        self.at = min(self.at, len(self.text))
        if self.at == start:
            raise self.error("a value is missing", start)
        return Literal_(self.text[start : self.at], False, start, self.at)

    def values(self) -> tuple[Literal_, ...]:
        opening = self.at
        self.at += 1
        found: list[Literal_] = []
        while True:
            self.blanks()
            if self.ended():
                raise self.error("this list is not closed", opening)
            found.append(self.value(listed=True))
            self.blanks()
            if self.here(","):
                self.at += 1
            elif self.here(")"):
                self.at += 1
                return tuple(found)
            elif not self.ended():
                raise self.error("a comma or ) is missing in this list")

    def quotation(self) -> str:
        """The text between two equal quotes or backticks; a quote is doubled to stand for itself."""
        start, sign = self.at, self.text[self.at]
        pieces: list[str] = []
        while True:
            stop = self.text.find(sign, self.at + 1)
            if stop < 0:
                self.at = len(self.text)
                raise self.error(f"this {sign} is not closed", start)
            pieces.append(self.text[self.at + 1 : stop])
            self.at = stop + 1
            if sign == "`" or not self.here(sign):
                return sign.join(pieces)

    def pattern(self) -> Pattern | None:
        """The regular expression between two slashes, or None where this is a word with slashes, such as a path."""
        start = at = self.at
        text = self.text
        while True:
            at += 1
            if at >= len(text):
                if len(text) == start + 1:
                    self.at = len(text)
                    raise self.error("this / is not closed", start, "End the regular expression with /.")
                return None
            if text[at] == "\\":
                at += 1
            elif text[at] == "/":
                break
        if at == start + 1 or (at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] not in "()"):
            return None
        self.at = at + 1
        return Pattern(text[start + 1 : at].replace("\\/", "/"), start, self.at)


_LIKES: dict[str, Operator] = {
    "LIKE": "LIKE", "ILIKE": "ILIKE", "NOT LIKE": "NOT LIKE", "NOT ILIKE": "NOT ILIKE",
}  # fmt: skip
