"""Downloading a file or folder: what and how much it is, where to, how far it has come, and where it lies now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from tui.domain.artifacts import ArtifactEntry, ArtifactRoot, Downloaded, FolderSize
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count, counted, size, time_left
from tui.domain.text import clean, fit
from tui.resources import style_sheets
from tui.services.downloads import Download, measure
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.widgets.inputs import CalmInput

_BAR_CELLS = 40
_DRAWN_EVERY_S = 0.1
_SECOND_MS = 1000
_NAMED = 5  # files left out that are named one by one


class DownloadModal(ModalScreen[None], Asking):
    """Asks where to, then shows how it goes; esc stops it, and nothing of it is kept."""

    CSS_PATH = style_sheets("dialogs.tcss", "artifacts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "stop", show=False),
        Binding("enter", "go_on", "go on", show=False),
        Binding("y", "copy", "copy the path", show=False),
    ]

    def __init__(
        self,
        session: Session,
        root: ArtifactRoot,
        entry: ArtifactEntry,
        title: str,
        glyphs: Glyphs,
        folder: Path,
        *,
        name_of_root: str = "",
    ) -> None:
        super().__init__(classes="ask-modal")
        self._session = session
        self._root = root
        self._entry = entry
        self._called = title
        self._name_of_root = name_of_root  # what is downloaded is to be called, where it has no name of its own
        self._glyphs = glyphs
        self._words = Static("", classes="words", markup=False)
        self._state = Static("", classes="download-state", markup=False)
        self.input = CalmInput(str(folder), compact=True, select_on_focus=False)
        self._measured: FolderSize | None = None
        self._download: Download | None = None
        self._done: Downloaded | None = None
        self._problem: Problem | None = None
        self._progress = (0, 0, "")
        self._began_ms = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" Download {self._called} ")
            self._frame = frame
            yield self._words
            yield self.input
            yield self._state

    def on_mount(self) -> None:
        self.input.focus()
        self._draw()
        self._count()

    def _count(self) -> None:
        port, root, entry = self._session.artifacts, self._root, self._entry
        self.ask(self._session.pool, "measure", lambda: measure(port, root, entry), self._counted, self._failed)

    def _counted(self, measured: FolderSize) -> None:
        self._measured = measured
        self._draw()

    # what is shown

    def _how_much(self) -> Content:
        what = "folder" if self._entry.is_folder else "file"
        measured = self._measured
        if measured is None:
            return Content.assemble((f"{what} · counting what is in it …", "$muted"))
        files = f"{counted(measured.files, 'file')} · " if self._entry.is_folder else ""
        known = size(measured.size)
        if measured.unsized:
            known = f"{known} and {count(measured.unsized)} of unknown size" if measured.size else "size not known"
        if not measured.needs_asking:
            return Content.assemble((f"{what} · {files}{known}", "$muted"))
        return Content.assemble((f"{what} · {files}", "$muted"), (f"{known} will travel", "bold $warning"))

    def _draw(self) -> None:
        self._words.update(Content("\n").join([self._how_much(), Content(""), Content("Into the folder")]))
        self._state.update(self._state_words())
        self._frame.border_subtitle = Content(f" {self._hints()} ")
        self.input.display = self._download is None and self._done is None

    def _hints(self) -> str:
        if self._done is not None:
            return "y copy the path   enter leave"
        if self._download is not None:
            return "esc stop, nothing of it is kept"
        return "enter download   esc leave"

    def _state_words(self) -> Content:
        if self._done is not None:
            files = f"{count(self._done.files)} files, " if self._entry.is_folder else ""
            return Content.assemble(
                (f"{self._glyphs.done} ", "$success"),
                f"{files}{size(self._done.size)} in\n{clean(self._done.path)}",
                (self._left_out_words(self._done.left_out), "$warning"),
            )
        if self._problem is not None:
            hint = f"\n{clean(self._problem.hint)}" if self._problem.hint else ""
            return Content.assemble(
                (f"{clean(self._problem.title)}: {clean(self._problem.message)}", "$error"), (hint, "$muted")
            )
        if self._download is None:
            return Content("")
        where = Content.assemble((f"{clean(str(self._download.folder))}\n\n", ""))
        return Content.assemble(where, self._bar())

    def _left_out_words(self, paths: Sequence[str]) -> str:
        if not paths:
            return ""
        folders = sum(path.endswith("/") for path in paths)
        sorts = [
            counted(number, one) for number, one in ((len(paths) - folders, "file"), (folders, "folder")) if number
        ]
        many = f"{' and '.join(sorts)} {'are' if len(paths) > 1 else 'is'}"
        named = [clean(path) for path in paths[:_NAMED]]
        more = f"\nand {count(len(paths) - _NAMED)} more" if len(paths) > _NAMED else ""
        return f"\n\n{many} not among them, for the server refuses the name:\n" + "\n".join(named) + more

    def _bar(self) -> Content:
        done, total, doing = self._progress
        if not total:
            words = f"counting: {count(done)} files" if doing == "counting" else size(done) if done else "beginning …"
            return Content.assemble((words, "$muted"))
        share = min(1.0, done / total)
        filled = round(share * _BAR_CELLS)
        sign, rest = ("#", ".") if self._glyphs is ASCII else ("━", "─")
        passed = max(1, self._session.clock.now_ms() - self._began_ms)
        speed = f" · {size(done * _SECOND_MS // passed)}/s" if passed > _SECOND_MS else ""
        speed += time_left(done, total, passed)
        return Content.assemble(
            (sign * filled, "$accent"),
            (rest * (_BAR_CELLS - filled), "$muted"),
            f" {share:.0%}\n",
            (f"{size(done)} of {size(total)}{speed}\n", ""),
            (fit(doing, _BAR_CELLS + 20, ellipsis=self._glyphs.ellipsis).rstrip(), "$muted"),
        )

    # doing

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        if self._done is not None:
            self.dismiss(None)
        elif self._download is None and self.input.value.strip():
            self._begin(self.input.value.strip())

    def _begin(self, folder: str) -> None:
        if self._measured is None:
            if not self.is_asking("measure"):
                self._problem = None
                self._count()
            self._state.update(Content.assemble(("One moment: how much it is has not been counted yet.", "$warning")))
            return
        download = Download(self._session.artifacts, self._root, self._entry, folder, self._name_of_root)
        self._download, self._problem, self._progress = download, None, (0, 0, "")
        self._began_ms = self._session.clock.now_ms()
        self._timer = self.set_interval(_DRAWN_EVERY_S, self._draw)
        self.set_focus(None)

        def told(done: int, total: int, doing: str) -> None:
            # On the thread that reads answers: only kept here, drawn by the timer.
            self._progress = (done, total, doing)

        self.ask(self._session.pool, "download", lambda: download.run(told), self._finished, self._failed)
        self._draw()

    def _finished(self, done: Downloaded) -> None:
        self._done = done
        self.deck.notice("downloads", self._called, f"{size(done.size)} in {done.path}")
        self._end()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._end()
        if problem.kind is not Kind.CANCELLED:
            self.input.focus()

    def _end(self) -> None:
        self._download = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._draw()

    def action_leave(self) -> None:
        """Leave; where a download is under way, stop it first."""
        download = self._download
        if download is not None:
            self.forget("download")
            self._session.pool.submit(download.stop, lambda _none: None, lambda _problem: None)
            self.app.call_later(self._say_stopped)
        self.dismiss(None)

    def _say_stopped(self) -> None:
        self.deck.say(f"Stopped downloading {self._called}; nothing of it is kept")

    def action_copy(self) -> None:
        if self._done is not None:
            self.app.copy_to_clipboard(clean(self._done.path))
            self.notify("Copied to the terminal's clipboard", markup=False)
