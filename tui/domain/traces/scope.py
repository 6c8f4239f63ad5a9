"""Of what traces are shown: of experiments, of a run, a logged model, a version of a prompt, or a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.domain.filter.nodes import quoted_value
from tui.domain.text import named
from tui.domain.traces.values import MODEL_KEY, RUN_KEY, SESSION_KEY, EvaluationRun


@dataclass(frozen=True)
class TraceScope:
    """Traces of all these experiments, or of those that are said besides. ``called`` is what they are called together.

    ``places`` are ids of experiments, or on Databricks schemas of Unity Catalog; ``prompt`` is NAME/VERSION.
    """

    places: tuple[str, ...]
    called: str = ""
    run_id: str = ""
    more_runs: tuple[str, ...] = ()  # besides that one
    model_id: str = ""
    prompt: str = ""
    session: str = ""

    @staticmethod
    def of_runs(runs: Sequence[EvaluationRun]) -> TraceScope:
        """The traces of evaluation runs together."""
        places = tuple(dict.fromkeys(run.experiment_id for run in runs))
        first, *more = (run.id for run in runs)
        called = runs[0].name if not more else f"{len(runs)} evaluation runs"
        return TraceScope(places, called, run_id=first, more_runs=tuple(more))

    @property
    def parts(self) -> tuple[TraceScope, ...]:
        """Scopes that are read one after the other: MLflow's filter knows no OR, so that runs are asked for alone."""
        return tuple(replace(self, run_id=each, more_runs=()) for each in (self.run_id, *self.more_runs))

    @property
    def filter_string(self) -> str:
        """What MLflow's own filter says of it, of the first of several runs; empty for whole experiments."""
        said = []
        for key, value in ((RUN_KEY, self.run_id), (MODEL_KEY, self.model_id), (SESSION_KEY, self.session)):
            if value:
                said.append(f"metadata.`{key}` = {quoted_value(value)}")
        if self.prompt:
            said.append(f"prompt = {quoted_value(self.prompt)}")
        return " AND ".join(said)

    @property
    def is_whole(self) -> bool:
        """Whether these are all traces of experiments, which a server can count."""
        return not self.filter_string

    @property
    def words(self) -> str:
        """What it is called, cleaned."""
        of = [
            f"{'' if self.more_runs else 'run '}{named(self.called or self.run_id)}" if self.run_id else "",
            f"model {named(self.called or self.model_id)}" if self.model_id else "",
            f"prompt {named(self.prompt)}" if self.prompt else "",
            f"session {named(self.session)}" if self.session else "",
        ]
        return " · ".join(filter(None, of)) or named(self.called) or ", ".join(self.places)
