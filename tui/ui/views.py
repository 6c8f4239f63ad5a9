"""Named views of a list: picking one, keeping what is shown as one, also among those that MLflow's web UI keeps."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from tui.app.actions import key_of
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.domain.views import View, carried
from tui.domain.web_views import new_id, refusal, tag_of, view_of, views_in
from tui.ui.arranged_grid import Viewed
from tui.ui.asking import Asking, Deck
from tui.ui.dialogs.listing import ListModal, narrowed

if TYPE_CHECKING:
    from tui.domain.writes.changes import Plan


def viewed_at(focused: Widget | None) -> Viewed | None:
    """The list that has the keys, or that they are inside of."""
    around = focused.ancestors_with_self if focused is not None else ()
    return next((widget for widget in around if isinstance(widget, Viewed)), None)


@dataclass(frozen=True)
class Picked:
    """What was picked: ``open``, ``default`` or ``delete`` of a view; ``here``, ``everywhere`` or ``web`` of a name."""

    what: str
    name: str
    view: View | None = None


class ViewsModal(ListModal[Picked]):
    """The views of a list; a name that is typed is offered for what is shown now."""

    hint_text = "enter open   type a name to keep what is shown   esc leave"
    empty_text = "No view of this list is kept yet. Type a name to keep what is shown now under it."

    def __init__(self, title: str, views: Sequence[View], place: str, glyphs: Glyphs, *, web: bool) -> None:
        self.title_text = title
        super().__init__(glyphs)
        self._views = list(views)
        self._place = place
        self._web = web

    def add(self, views: Sequence[View]) -> None:
        """More views have come."""
        self._views += views
        if self.is_mounted:
            self.narrow(self.input.value)

    def _detail(self, view: View) -> str:
        where = "MLflow's web UI" if view.id else view.where or "everywhere"
        arrangement = view.look.arrangement
        said = [
            where,
            "the lists here begin with it" if view.default else "",
            clean(view.look.server_filter or view.look.filter),
            ", ".join(key for key, _ in arrangement.sort) and f"by {', '.join(key for key, _ in arrangement.sort)}",
        ]
        return clean(" · ".join(part for part in said if part))

    def rows(self, query: str) -> Table:
        typed = query.strip()
        lines = [
            (f"open:{number}", self._views[number].name, self._detail(self._views[number]), "")
            for number in narrowed(query, [f"{view.name} {view.where}" for view in self._views])
        ]
        lines.sort(key=lambda line: self._views[int(line[0][5:])].name != typed)
        if typed:
            named = [view for view in self._views if view.name == typed]
            there = {view.where for view in named if not view.id}
            if self._place:
                over = "in place of that view" if self._place in there else "under this name"
                lines.append(("here:", typed, f"keep what is shown {over}, for {clean(self._place)}", "accent"))
            over = "in place of that view" if "" in there else "under this name"
            lines.append(("everywhere:", typed, f"keep what is shown {over}, everywhere", "accent"))
            if self._web:
                over = "in place of that view" if any(view.id for view in named) else "under this name"
                lines.append(("web:", typed, f"keep what is shown {over} in MLflow's web UI", "accent"))
            for number, view in enumerate(self._views):
                if view in named:
                    begins = "no longer begin with it" if view.default else "let its lists begin with it"
                    if not view.id:
                        lines.append((f"default:{number}", typed, begins, "muted"))
                    of = "MLflow's web UI" if view.id else view.where or "everywhere"
                    lines.append((f"delete:{number}", typed, f"delete it ({clean(of)})", "muted"))
        titles = [clean(title) for _, title, _, _ in lines]
        details = [detail for _, _, detail, _ in lines]
        columns = (
            Column("name", "view", max([16, *(min(40, width(title)) for title in titles)]), frozen=True),
            Column("detail", "", max([20, *map(width, details)])),
        )
        tones = [cast(Tone, tone or "muted") for _, _, _, tone in lines]
        return RowsTable(
            columns, [key for key, _, _, _ in lines], {"name": titles, "detail": details}, {"detail": tones}
        )

    def chosen(self, row_key: str) -> Picked:
        what, _, number = row_key.partition(":")
        view = self._views[int(number)] if number else None
        return Picked(what, view.name if view is not None else self.input.value.strip(), view)


class ViewsOfList:
    """What the key and the command for views do with one list."""

    def __init__(self, viewed: Viewed) -> None:
        self._viewed = viewed
        self._owner = cast(Asking, viewed)
        self._session = viewed.session

    @property
    def _deck(self) -> Deck:
        return cast(Deck, self._owner.app)

    def known(self) -> list[View]:
        """The views of the file that are of this list; a file that cannot be read is said."""
        try:
            every = self._session.named_views.views()
        except Problem as problem:
            self._deck.say(str(problem))
            return []
        if faults := self._session.named_views.faults:
            self._deck.say(clean(faults[0]))
        return [view for view in every if view.holds(self._viewed.view_kind, self._viewed.view_place)]

    def open(self, name: str) -> None:
        """Show the view of a name, from the file or the web UI; it is said where there is none."""
        found = next((view for view in self.known() if view.name == name), None)
        if found is not None:
            self._take(found)
            return

        def got(views: Sequence[View]) -> None:
            view = next((view for view in views if name in (view.name, view.id)), None)
            if view is not None:
                self._take(view)
            else:
                self._deck.say(
                    f"There is no view “{clean(name)}” of this list; {key_of('app.view')} shows those there are"
                )

        self._read_web(got)

    def pick(self) -> None:
        """Show the views that there are, and do what is picked."""
        viewed, app = self._viewed, self._owner.app
        place = viewed.view_place
        modal = ViewsModal(
            f"Views of {clean(place or viewed.view_kind)}",
            self.known(),
            place,
            cast(Deck, app).glyphs,
            web=viewed.web_views is not None,
        )

        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self._do(answer)

        app.push_screen(modal, picked)
        self._read_web(modal.add)

    def _do(self, picked: Picked) -> None:
        view, viewed = picked.view, self._viewed
        if picked.what == "open" and view is not None:
            self._take(view)
        elif picked.what == "web" or (picked.what == "delete" and view is not None and view.id):
            self._write_web(picked.name, delete=picked.what == "delete")
        elif picked.what == "delete" and view is not None:
            self._change(lambda: self._session.named_views.delete(view), f"View “{clean(view.name)}” is deleted")
        elif picked.what == "default" and view is not None:
            self._make_default(replace(view, default=not view.default))
        else:
            where = viewed.view_place if picked.what == "here" else ""
            look = viewed.looked_at()
            look = replace(look, arrangement=carried(look.arrangement))
            kept = next((one for one in self.known() if (one.name, one.where) == (picked.name, where)), None)
            made = View(picked.name, viewed.view_kind, look, where, kept is not None and kept.default)
            said = f"View “{clean(picked.name)}” is kept in {self._session.named_views.shown}"
            self._change(lambda: self._session.named_views.save(made), said)

    def _make_default(self, view: View) -> None:
        """Of the views for one place one is what lists begin with."""
        files, others = self._session.named_views, self.known()

        def change() -> None:
            for other in others:
                if view.default and other.default and other.where == view.where and other.name != view.name:
                    files.save(replace(other, default=False))
            files.save(view)

        where = clean(view.where or "every list of this kind")
        now = f"{where} begins with view “{clean(view.name)}” where nothing else was looked at last"
        self._change(change, now if view.default else f"{where} begins with no view of its own")

    def _change(self, change: Callable[[], None], said: str) -> None:
        self._owner.ask(
            self._session.own_work,
            "view file",
            change,
            lambda _nothing: self._deck.say(said),
            lambda problem: self._deck.say(str(problem)),
        )

    def _take(self, view: View) -> None:
        self._viewed.take_look(view.look)
        self._deck.say(f"View “{clean(view.name or view.id)}”")

    # those of the web UI

    def _read_web(self, got: Callable[[Sequence[View]], None]) -> None:
        web = self._viewed.web_views
        if web is None:
            got([])
            return
        kind, experiment_id = web
        tracking, place = self._session.tracking, self._viewed.view_place

        def read() -> Sequence[View]:
            tags = tracking.get_experiment(experiment_id).tags
            listed = views_in(tags, kind, place)
            ids = {view.id for view in listed}
            # Those without a name are not listed by the web UI either: they open by their ids, from a link.
            others = (
                view_of(key[len(kind.tag) :], value, kind, place)
                for key, value in tags.items()
                if key.startswith(kind.tag) and key[len(kind.tag) :] not in ids
            )
            return [*listed, *(view for view in others if view is not None)]

        self._owner.ask(
            self._session.pool,
            "web views",
            read,
            got,
            lambda problem: self._deck.say(f"The views of MLflow's web UI could not be read: {clean(problem.message)}"),
        )

    def _write_web(self, name: str, *, delete: bool) -> None:
        from tui.domain.problem import Kind
        from tui.domain.writes.changes import tagging
        from tui.ui.asking import Writer

        web = self._viewed.web_views
        if web is None:
            return
        kind, experiment_id = web
        place, now_ms, housekeeping = self._viewed.view_place, self._session.clock.now_ms(), self._session.housekeeping
        look, left = self._viewed.web_look()
        letters = "".join(random.choices(string.ascii_letters + string.digits, k=8))

        def make() -> Plan:
            states = housekeeping.experiments([experiment_id])
            tags: Mapping[str, str] = states[0].tags if states else {}
            views = views_in(tags, kind, place)
            known = next((view for view in views if view.name == name), None)
            if delete:
                return tagging(states, {f"{kind.tag}{known.id}": None} if known is not None else {})
            key = kind.tag + (known.id if known is not None else new_id(now_ms, list(tags), letters))
            made = View(name, kind.of, look, place)
            value = tag_of(made, kind, tags.get(key), now_ms)
            if why := refusal(made, value, [view.name for view in views if view is not known]):
                raise Problem(Kind.BAD_REQUEST, "The view cannot be kept there", f"{why}.")
            plan = tagging(states, {key: value})
            remark = f"The web UI cannot filter by  {clean(left)} : it shows more than the deck."
            return replace(plan, remarks=(*plan.remarks, remark)) if left else plan

        Writer(self._owner, self._session).confirm(f"{'Delete' if delete else 'Keep'} view {clean(name)}", make)
