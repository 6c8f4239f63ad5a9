"""The requests that are under way, counted at the bottom, and told of where one lasts long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from tui.app.actions import key_of
from tui.domain.quantities import duration
from tui.domain.text import clean, clean_block, named

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.services.watching import Happening
    from tui.ui.dialogs.choices import Choice


SLOW_MS = 1000  # after which it is said what a request is for, how long it has lasted, and how to stop it
SLOW_TOLD_EVERY_S = 1.0
REQUEST_SHOWS_S = 0.2  # how long a request lasts before it is counted at the bottom


class RequestsUnderWay:
    """Those of the open context, as the log of its session knows them."""

    @dataclass
    class Moved(Message):
        """A request has begun or ended."""

    def __init__(self, deck: DeckApp) -> None:
        self._deck = deck
        self._counting: Timer | None = None
        self._telling: Timer | None = None
        self._seen_ms: dict[int, int] = {}  # of each request under way, when it was first heard of

    def watch(self) -> None:
        """Hear of the requests of the open context, on whatever thread they are made."""
        self._deck.session.log.on_record = lambda: self._deck.post_message(self.Moved())

    def moved(self) -> None:
        """A request has begun or ended."""
        now = self._deck.session.clock.now_ms()
        under_way = self._deck.session.log.under_way
        self._seen_ms = {request.number: self._seen_ms.get(request.number, now) for request in under_way}
        # Most are over before anybody could read that they were made: only those that last are counted at the bottom.
        if self._counting is None:
            self._counting = self._deck.set_timer(REQUEST_SHOWS_S, self._count)

    def _count(self) -> None:
        self._counting = None
        page, log = self._deck.page, self._deck.session.log
        if page is None:
            return
        slow = self.slow
        stops = f", {key_of('app.back')} stops" if page.reading_may_stop else ""
        told = f" · {slow[0]} for {duration(slow[1])}{stops}" if slow else ""
        if log.waiting:
            told = f"{', one' if log.in_flight > 1 else ''} {log.waiting}"
        page.hint_line.count_requests(log.in_flight, told)
        if log.in_flight and self._telling is None:
            self._telling = self._deck.set_timer(SLOW_TOLD_EVERY_S, self._tell_slow)

    def _tell_slow(self) -> None:
        self._telling = None
        self._count()

    @property
    def slow(self) -> tuple[str, int] | None:
        """What has been waited for longest, and for how many ms, where that is so long that it must be said."""
        now = self._deck.session.clock.now_ms()
        for request in self._deck.session.log.under_way:
            took = now - self._seen_ms.get(request.number, now)
            if took >= SLOW_MS:
                return request.operation.rpartition(".")[2].replace("_", " "), took
        return None


class DesktopNotices:
    """What ends while one looks elsewhere, told to the desktop by way of the terminal where that is wanted."""

    def __init__(self, deck: DeckApp) -> None:
        self._deck = deck
        self._going: dict[str, str] = {}  # runs that were seen running, and what they are called

    def send(self, kind: str, title: str, text: str) -> None:
        from tui.terminal import telling

        deck, said = self._deck, self._deck.session.launch.settings.notices
        if kind in said.of:
            for way in telling.ways(said.by, deck.environment):
                if kind == "aliases" and way == "bell":
                    continue  # whether it rings for these is said by ``models: bell``
                for part in telling.notice_sequences(title, text, way, deck.environment):
                    deck.send(part)

    def begun(self, found: Sequence[Happening]) -> None:
        """Tell of conditions that have begun to hold."""
        for one in found:
            self.send("conditions", one.kind, clean(one.words))
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            self._deck.say(clean(found[0].words) + more, stays=True)

    def saw_run(self, run_id: str, name: str, status: str) -> None:
        """A run has been read: tell of one that was seen running and has ended."""
        from tui.domain.values import GOING_ON

        if status in GOING_ON:
            self._going[run_id] = name
        elif self._going.pop(run_id, None) is not None and status:
            how = "has ended" if status == "FINISHED" else f"has {'failed' if status == 'FAILED' else 'been stopped'}"
            called = named(name) or run_id[:12]
            self._deck.say(f"{called} {how}", stays=True)
            self.send("runs", called, how)

    @property
    def runs_going(self) -> tuple[str, ...]:
        """The runs that were seen running the last time."""
        return tuple(self._going)


# What is copied to the terminal's clipboard, and what is said of it.


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
                deck.say(
                    f"{called} is in tmux's buffer only; “{in_the_way}” and attaching again let it reach the terminal"
                )
            else:
                deck.say(self._copied(called, plain))

        deck.look_at(lambda: telling.through_tmux(plain), told, lambda problem: deck.say(str(problem)))

    def choose(self) -> None:
        """Copy one of what the page offers, or the summary of what was written last."""
        from tui.services.copies import as_others_reach, in_workspace
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        deck = self._deck
        written = deck.done_last.offers("what was done last") if deck.done_last is not None else []
        # What is under the cursor may be among what its page offers anyway.
        here: list[tuple[str, str]] = []
        if deck.page is not None:
            launch = deck.page.session.launch
            reached = as_others_reach(
                deck.page.copies_here(), launch.tracking_uri, pages=launch.pages_address, server=launch.beyond_ssh
            )
            here = in_workspace(reached, launch.apart)
        offers = list(dict.fromkeys([*here, *written])) if here else []
        if not offers:
            deck.say("There is nothing here to copy")
            return
        choices = [Choice(str(number), title, text) for number, (title, text) in enumerate(offers)]

        def copy(choice: Choice | None) -> None:
            if choice is not None:
                self.text(choice.title, choice.detail)

        deck.push_screen(ChoiceModal("Copy", choices, deck.glyphs, hint="enter copy   esc leave"), copy)
