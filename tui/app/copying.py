"""What is copied to the terminal's clipboard, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.text import clean_block

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.ui.dialogs.choices import Choice

COPY_LIMIT = 74_000  # bytes of text that common terminals take by OSC 52


class Copying:
    """Texts on their way to the clipboard: through tmux where that is in between."""

    def __init__(self, deck: DeckApp) -> None:
        self._deck = deck

    def text(self, called: str, text: str) -> str:
        """Copy a text, unless it is too long for a terminal; answers what was said of it."""
        plain = clean_block(text)
        if self._deck.environment.get("TMUX"):
            said = f"Copying {called} through tmux"
            self._through_tmux(called, plain)
        elif len(plain.encode()) > COPY_LIMIT:
            said = f"{called} is too long for the terminal's clipboard ({len(plain)} characters)"
        else:
            self._deck.copy_to_clipboard(plain)
            said = self._copied(called, plain)
        self._deck.say(said)
        return said

    def _copied(self, called: str, plain: str) -> str:
        return f"Copied {called}: {plain if len(plain) < 80 else plain[:79] + self._deck.glyphs.ellipsis}"

    def _through_tmux(self, called: str, plain: str) -> None:
        """Only what has arrived is said to be copied; else the setting is named that is in the way."""
        from tui.terminal import telling

        deck = self._deck

        def told(in_the_way: str) -> None:
            if in_the_way == telling.ALLOW_PASSTHROUGH:
                deck.copy_to_clipboard(plain)
                deck.say(f"{called} was sent past tmux, which passes it on after “{in_the_way}”")
            elif in_the_way:
                deck.say(f"{called} is in tmux's buffer only; “{in_the_way}” lets it reach the terminal")
            else:
                deck.say(self._copied(called, plain))

        deck.look_at(lambda: telling.through_tmux(plain), told, lambda problem: deck.say(str(problem)))

    def choose(self) -> None:
        """Copy one of what the page offers, or the summary of what was written last."""
        from tui.services.copies import in_workspace
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        deck = self._deck
        written = deck.done_last.offers("what was done last") if deck.done_last is not None else []
        # What is under the cursor may be among what its page offers anyway.
        here = in_workspace(deck.page.copies_here(), deck.page.session.launch.apart) if deck.page is not None else []
        offers = list(dict.fromkeys([*here, *written])) if here else []
        if not offers:
            deck.say("There is nothing here to copy")
            return
        choices = [Choice(str(number), title, text) for number, (title, text) in enumerate(offers)]

        def copy(choice: Choice | None) -> None:
            if choice is not None:
                self.text(choice.title, choice.detail)

        deck.push_screen(ChoiceModal("Copy", choices, deck.glyphs, hint="enter copy   esc leave"), copy)
