"""Where the list of experiments begins: a configured path, on Databricks the person's own folder, else everything."""

from __future__ import annotations

import threading
from dataclasses import replace

from tui.domain.experiments import ExperimentPage, Lifecycle
from tui.domain.problem import Problem
from tui.services.session import Session

SHARED, REPOS = "/Shared/", "/Repos/"


class StartingPlaces:
    """The folders that the list can be of, and the one that it is of now (None: everything)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._settling = threading.Lock()
        self._configured = session.launch.experiment_path
        self._is_settled = session.catalog is None or self._configured is not None
        self._at = 0
        self._places: tuple[str | None, ...] = (None,)
        if self._configured is not None:
            self._places = (self._configured, None)
        if session.catalog is not None:
            self._places = (*dict.fromkeys((*self._places, SHARED, REPOS)),)

    @property
    def under(self) -> str | None:
        """The folder that is listed; None for everything, and until the workspace has said who one is."""
        return self._places[self._at]

    @property
    def following(self) -> str:
        """Where ``step`` leads, in words; "" where there is nowhere else."""
        if len(self._places) < 2:
            return ""
        return self._places[(self._at + 1) % len(self._places)] or "everywhere"

    def step(self) -> None:
        """Go to the next folder."""
        self._at = (self._at + 1) % len(self._places)

    def page(self, view: Lifecycle, token: str | None) -> ExperimentPage:
        """A page of the experiments of the folder; blocks. Raises Problem as the tracking port does."""
        self._settle()
        under = self.under
        page = self._session.tracking.search_experiments(view, token=token, filter_string=under_filter(under))
        if not under:
            return page
        # To the server's LIKE an underscore is any letter.
        return replace(page, experiments=tuple(e for e in page.experiments if e.name.startswith(under)))

    def _settle(self) -> None:
        """Ask the workspace once where one's own folder is; where it does not say, everything is listed."""
        with self._settling:
            if self._is_settled or self._session.catalog is None:
                return
            try:
                home = self._session.catalog.home_folder()
            except Problem as problem:
                # Asked again with the next page where the workspace could not be asked at all.
                self._is_settled = not problem.is_connection
                return
            self._is_settled = True
            was_at_start = self._at == 0
            self._places = (home, *self._places)
            if not was_at_start:
                self._at += 1


def under_filter(path: str | None) -> str:
    """MLflow's filter for the experiments whose names begin with a path."""
    if not path:
        return ""
    quote = "'" if "'" not in path else '"'
    return f"name LIKE {quote}{path.rstrip('%')}%{quote}"
