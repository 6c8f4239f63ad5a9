"""Do the deck's own readers answer as MlflowClient does, call for call? ``python -m tests.backends.judge URI``.

A process of its own for each backend, whose environment has the credentials; prints how many calls were judged, and
each that differs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from tests.gateway.conftest import open_session
from tests.gateway.test_readers_rest import both
from tests.gateway.test_readers_sql import Calls, differing
from tui.domain import uris
from tui.domain.problem import Problem
from tui.domain.values import Lifecycle
from tui.gateway import dispatch, readers

FILTERS = (
    "metrics.loss < 0.6",
    "metrics.nan != 3",
    "metrics.inf > 1e300",
    "params.`p/x y` LIKE '%漢字%'",
    "tags.Env = '1'",
    "tags.env = '1'",
    "attributes.status = 'FAILED' AND metrics.zero = 0",
    "attributes.run_name ILIKE 'PAR%'",
    "attributes.nothing = 'x'",
)
KEYS = ("loss", "nan", "inf", "frac", "acc", "none")


def calls_of(ask: Mapping[str, Callable[..., Any]]) -> Calls:
    """Every read of a backend that ``tests.backends.fill`` has filled."""
    experiments = ask["tracking.search_experiments"](Lifecycle.ALL).experiments
    ids = [one.id for one in experiments]
    runs = [run_id for each in ids for run_id in ask["tracking.search_runs"]([each], view=Lifecycle.ALL).run_ids]
    calls: Calls = [("tracking.search_experiments", (view,), {}) for view in Lifecycle]
    calls += [("tracking.get_experiment", (each,), {}) for each in [*ids, "987654"]]
    calls += [("tracking.get_experiment_by_name", (name,), {}) for name in ("odd", "ODD", "no such")]
    calls += [("tracking.count_runs", (ids,), {})]
    calls += [("tracking.search_runs", ([each],), {"view": view}) for each in ids for view in Lifecycle]
    calls += [("tracking.search_runs", (ids,), {"max_results": 2, "view": Lifecycle.ALL})]
    calls += [("tracking.search_runs", (ids,), {"filter_string": said}) for said in FILTERS]
    calls += [("tracking.get_run", (each,), {}) for each in [*runs, "0" * 32]]
    calls += [("tracking.child_runs", (each, on), {}) for each in runs for on in ids[:2]]
    calls += [("history.sampled", (runs, key), {}) for key in KEYS]
    calls += [("history.page", (each, key), {}) for each in runs for key in ("loss", "frac")]
    calls += [("registry.search_models", (), {}), ("registry.get_model", ("churn",), {})]
    calls += [("registry.get_model", (name,), {}) for name in ("CHURN", "no such")]
    calls += [("registry.aliases_at", ("churn", ("champion", "Champion", "none")), {})]
    calls += [("registry.search_versions", ("churn",), {}), ("registry.count_versions", (["churn"],), {})]
    calls += [("registry.get_version", ("churn", number), {}) for number in ("1", "3", "99")]
    calls += [("registry.registered_as", (runs,), {}), ("registry.source_runs", (runs,), {})]
    return calls


def main(uri: str) -> int:
    """Judge, and print; 1 where something differs."""
    fast: Mapping[str, Callable[..., Any]]
    slow: Mapping[str, Callable[..., Any]]
    if uris.kind(uri) in uris.HTTP_KINDS:
        fast, slow = both(uri)
    else:
        session = open_session(uri)
        session.own_readers = False
        fast, slow = readers.sql_reads(session), dispatch.operations(session)
    try:
        calls = [call for call in calls_of(slow) if call[0] in fast]
        wrong, known = differing(fast, slow, calls)
    except Problem as problem:
        sys.stdout.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{len(calls)} calls of {len(known)} reads judged, {len(wrong)} differ\n{chr(10).join(wrong)}\n")
    return 1 if wrong or not known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
