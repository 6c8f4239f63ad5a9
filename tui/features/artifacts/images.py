"""Images that runs logged under a key, step by step; two runs in step with each other."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.artifact_tree import LOGGED_IMAGES, LoggedImage, logged_image
from tui.domain.artifacts import ArtifactEntry, ArtifactListing, ArtifactRoot
from tui.domain.glyphs import ASCII
from tui.domain.preview.values import CELL_PIXELS, Preview
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.text import named, natural
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import ImagesRoute
from tui.widgets.pane import Pane
from tui.widgets.preview import PreviewView

KEPT = 24  # pictures that are kept for scrubbing back
MOST_RUNS = 2


class ImagePane(Pane):
    """The images of one run, and the one that is shown."""

    def __init__(self, number: int, run_id: str, screen: ImagesScreen) -> None:
        super().__init__(id=f"images-{number}")
        self.root = ArtifactRoot("run", run_id)
        self.images: dict[str, dict[int, tuple[LoggedImage, ArtifactEntry]]] = {}  # by key and step
        self.view = PreviewView(glyphs=screen.deck.glyphs, plain=screen.deck.glyphs is ASCII)
        self.path = ""  # of the image that is shown or on its way

    def body(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view.shown

    def take(self, listing: ArtifactListing, *, small: bool) -> None:
        """Take in what lies in the folder; of an image and its small copy the one that is wanted, if there are both."""
        self.images.clear()
        for entry in listing.entries:
            image = logged_image(entry.name)
            if image is None:
                continue
            by_step = self.images.setdefault(image.key, {})
            known = by_step.get(image.step)
            if known is None or _rank(image, small=small) > _rank(known[0], small=small):
                by_step[image.step] = (image, entry)

    def at(self, key: str, step: int) -> tuple[LoggedImage, ArtifactEntry] | None:
        """The image of a step, or the last one before it."""
        by_step = self.images.get(key, {})
        steps = sorted(by_step)
        place = bisect_right(steps, step)
        return by_step[steps[place - 1]] if place else None


def _rank(image: LoggedImage, *, small: bool) -> tuple[bool, int]:
    return image.small is small, image.time_ms


class ImagesScreen(Page, Asking):
    """One key and one step at a time, of one run or of two."""

    CSS_PATH = style_sheets("artifacts.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("images")]

    def __init__(self, session: Session, route: ImagesRoute) -> None:
        super().__init__(session)
        self._route = route
        self._panes = [ImagePane(number, run_id, self) for number, run_id in enumerate(route.run_ids[:MOST_RUNS])]
        self._names = {known.run_id: known.name for known in route.known}
        self._key = ""
        self._step = 0
        self._waiting = 0
        self._kept: OrderedDict[str, Preview] = OrderedDict()

    def content(self) -> ComposeResult:
        with Horizontal(id="images"):
            yield from self._panes

    def on_mount(self) -> None:
        for pane in self._panes:
            pane.view.show_words(Content("Reading which images there are …"))
        self.focus_pane(self._panes[0])
        self.read_again()

    # which there are

    @property
    def keys(self) -> list[str]:
        return sorted({key for pane in self._panes for key in pane.images}, key=natural)

    @property
    def steps(self) -> list[int]:
        """The steps at which any of the runs logged the present key."""
        return sorted({step for pane in self._panes for step in pane.images.get(self._key, ())})

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        self._waiting = len(self._panes)
        for pane in self._panes:
            self.ask(
                self.session.pool,
                f"images of {pane.root.id}",
                partial(self.session.artifacts.list_folder, pane.root, LOGGED_IMAGES),
                partial(self._listed, pane),
                partial(self._not_listed, pane),
            )

    def _listed(self, pane: ImagePane, listing: ArtifactListing) -> None:
        pane.notice.clear()
        pane.take(listing, small=bool(self.session.launch.settings.ssh))
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self._come()

    def _not_listed(self, pane: ImagePane, problem: Problem) -> None:
        if problem.kind is Kind.NOT_FOUND:
            # The folder of images comes with the first of them: a local store tells of one that is not there.
            self._listed(pane, ArtifactListing(pane.root, LOGGED_IMAGES, (), ""))
            return
        pane.notice.problem(problem)
        self.set_freshness(self.freshness.failed(problem))
        self._come()

    def _come(self) -> None:
        self._waiting -= 1
        if self._key not in self.keys:
            self._key = next(iter(self.keys), "")
            self._step = self.steps[-1] if self.steps else 0
        self.show()

    # what is shown

    def show(self) -> None:
        """Show the present step of the present key, of each run."""
        steps = self.steps
        where = f"{named(self._key)}, step {count(self._step)}" if self._key else "no images"
        if len(steps) > 1 and self._step in steps:
            where += f" ({steps.index(self._step) + 1} of {count(len(steps))})"
        names = [named(self._names.get(pane.root.id, "")) or pane.root.id[:12] for pane in self._panes]
        self.set_crumbs(" and ".join(names), where)
        for pane, name in zip(self._panes, names, strict=True):
            self._show_in(pane, name)
        self.refresh_bindings()

    def _show_in(self, pane: ImagePane, name: str) -> None:
        found = pane.at(self._key, self._step)
        if found is None:
            pane.path = ""
            pane.set_title(name)
            if not self._waiting:
                pane.view.show_words(Content(self._absent(pane)))
            return
        image, entry = found
        pane.set_title(name, f"step {count(image.step)}", *(["none later"] if image.step != self._step else []))
        if entry.path == pane.path:
            return
        pane.path = entry.path
        kept = self._kept.get(f"{pane.root}/{entry.path}")
        if kept is not None:
            self.forget(f"image of {pane.root.id}")
            pane.view.show(kept)
            return
        pane.view.show_loading(f"{named(image.key)} step {image.step}")
        artifacts, root, path, size = self.session.artifacts, pane.root, entry.path, entry.size
        fine = None
        if self.deck.draws_pictures:
            fine = (self.app.size.width * CELL_PIXELS[0], self.app.size.height * CELL_PIXELS[1])
        self.ask(
            self.session.pool,
            f"image of {root.id}",
            lambda: artifacts.preview(root, path, size=size, fine=fine),
            lambda preview: self._got(pane, path, preview),
            lambda problem: pane.view.show_problem(path, problem),
        )

    def _absent(self, pane: ImagePane) -> str:
        if not pane.images:
            return "This run has logged no images by key and step (mlflow.log_image(image, key=…, step=…))."
        if self._key not in pane.images:
            return f"This run has logged no {named(self._key)}."
        return f"This run's first {named(self._key)} is of a later step."

    def _got(self, pane: ImagePane, path: str, preview: Preview) -> None:
        self._kept[f"{pane.root}/{path}"] = preview
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        pane.view.show(preview)

    # keys

    def _scrub(self, place: Callable[[int, int], int]) -> None:
        """Go to another step; ``place`` makes the number of the next one of the present one and of how many."""
        steps = self.steps
        if steps:
            here = max(0, bisect_right(steps, self._step) - 1)
            self._step = steps[max(0, min(len(steps) - 1, place(here, len(steps))))]
            self.show()

    def action_left(self) -> None:
        self._scrub(lambda here, _: here - 1)

    def action_right(self) -> None:
        self._scrub(lambda here, _: here + 1)

    def action_first_point(self) -> None:
        self._scrub(lambda _here, _: 0)

    def action_last_point(self) -> None:
        self._scrub(lambda _here, many: many - 1)

    def _other_key(self, by: int) -> None:
        keys = self.keys
        if keys:
            self._key = keys[(keys.index(self._key) + by) % len(keys)]
            if self._step not in self.steps:
                self._step = min(self.steps, key=lambda step: abs(step - self._step))
            self.show()

    def action_next_curve(self) -> None:
        self._other_key(1)

    def action_previous_curve(self) -> None:
        self._other_key(-1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("left", "right", "first_point", "last_point"):
            return len(self.steps) > 1
        if action in ("next_curve", "previous_curve"):
            return len(self.keys) > 1
        return True

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        if not isinstance(pane, ImagePane) or not pane.path:
            return None
        return "the address of this image", pane.root.uri(pane.path)
