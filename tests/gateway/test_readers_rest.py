"""The reader of plain servers, judged by MlflowClient: the same values in the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.gateway.conftest import open_session
from tests.gateway.test_readers_sql import EVERY_READ, but_prompts, calls_of, differing
from tests.gateway.zoo import Zoo
from tests.support.judging import answer
from tui.domain.problem import Problem
from tui.domain.values import Lifecycle
from tui.gateway import dispatch, readers
from tui.gateway.tracking.client import ClientTracking

Operations = Mapping[str, Callable[..., Any]]


def both(uri: str) -> tuple[Operations, Operations]:
    """The reader's own requests, and those of MlflowClient."""
    session, judge = open_session(uri), open_session(uri)
    judge.own_readers = False
    tracking = ClientTracking(judge)

    def judged(op: str, before: Callable[..., Any]) -> Callable[..., Any]:
        """MlflowClient's values; what is refused is told in the words of the JSON reading, as it always was."""

        def ask(*args: Any, **kwargs: Any) -> Any:
            try:
                return getattr(tracking, op.partition(".")[2])(*args, **kwargs)
            except Problem:
                return before(*args, **kwargs)

        return ask if op.startswith("tracking.") else before

    slow = {op: judged(op, ask) for op, ask in dispatch.operations(judge).items()}
    assert session.transport is not None and judge.transport is None
    return readers.rest_reads(session), slow


def test_the_server_of_everything(zoo: Zoo, server: str) -> None:
    fast, slow = both(server)
    wrong, known = differing(fast, slow, calls_of(zoo.store.path))
    assert not wrong, "\n".join(wrong)
    assert but_prompts(known) == EVERY_READ


def test_a_filter_goes_to_the_server_as_it_is(zoo: Zoo, server: str) -> None:
    fast, slow = both(server)
    for said in ("metrics.loss < 0.5 AND params.lr != '0.1'", "attributes.nothing = 'x'", "params.lr = 0.1 OR"):
        asked = {"filter_string": said, "view": Lifecycle.ALL}
        wanted = answer(lambda: slow["tracking.search_runs"]([zoo.experiment], **asked))  # noqa: B023  called at once
        assert answer(lambda: fast["tracking.search_runs"]([zoo.experiment], **asked)) == wanted  # noqa: B023


def test_page_after_page(zoo: Zoo, server: str) -> None:
    ask = both(server)[0]["tracking.search_runs"]
    pages = [ask([zoo.many], max_results=200)]
    while token := pages[-1].next_token:
        pages.append(ask([zoo.many], max_results=400, token=token))
    assert [len(page) for page in pages] == [200, 400, 400, 400, 100]
    assert [run_id for page in pages for run_id in page.run_ids] == list(reversed(zoo.many_runs))
