"""Traces beside a bare client in the same run: a list, a large trace; and keys and filters of large ones.

``python -m tests.benchmarks.traces_bench [--quick] [--pairs N] [--traces N] [--spans N] [--json]``

Both sides are warm: MLflow is imported in either before the first is timed. The deck's side is its own process asking
the context's process, with all that comes before rows are drawn. A key of a waterfall is timed on a pseudo-terminal,
to the last byte that it draws; beside it stands the CPU time that one takes, which other programs on the machine make
no longer. ``--quick`` makes a tenth of everything.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks.grid_pty import Program, module
from tests.support.fakes import NOW_MS
from tests.support.servers import mlflow_server
from tests.support.stores import Store, make_store
from tests.support.traced import assessment, trace_info
from tui.domain.columns import Arrangement, SpecTable
from tui.domain.glyphs import UNICODE
from tui.domain.traces.filtering import understood
from tui.domain.traces.summary import summarized
from tui.domain.traces.table import assessment_names, trace_columns, usual_longest
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import ERROR, TraceInfo
from tui.gateway.ports import TracesPort
from tui.host.host import Host
from tui.host.wire import HostSpec

PAGE = 500
FILTER = "status = error AND took > 4s AND (tokens > 7000 OR cost > 0.02) AND correctness = false"
BUDGETS = {"list / bare": 1.1, "trace / bare": 1.2, "key p95 ms": 16.0, "key cpu ms": 16.0, "filter ms": 100.0}


def log_trace(store: Store, spans: int) -> str:
    """One trace of so many spans: two as MLflow logs them, and the second again and again, as SQL copies it."""
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    import mlflow

    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment("bench")
    root = mlflow.start_span_no_context("agent.run", inputs={"question": "where is my parcel?"})
    step = mlflow.start_span_no_context("step", parent_span=root, inputs={"n": 0, "of": "x" * 200})
    step.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 9, "output_tokens": 1, "total_tokens": 10})
    step.end(outputs={"n": 0})
    root.end(outputs={"answer": "at the depot"})
    with closing(sqlite3.connect(store.path)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(spans)")]
        asked = f"SELECT {', '.join(names)} FROM spans WHERE trace_id = ? AND parent_span_id IS NOT NULL"
        like = dict(zip(names, connection.execute(asked, (root.trace_id,)).fetchone(), strict=True))
        content = json.loads(like["content"])
        made = []
        for number in range(spans - 2):
            name = number.to_bytes(8, "big")
            held = {**content, "span_id": base64.b64encode(name).decode(), "name": f"step{number % 7}"}
            row = {**like, "span_id": name.hex(), "name": held["name"], "content": json.dumps(held)}
            made.append([row[column] for column in names])
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO spans ({', '.join(names)}) VALUES ({marks})", made)
    return str(root.trace_id)


def copies(store: Store, trace_id: str, many: int) -> None:
    """So many traces like this one, a second apart, with all that is stored of each but its spans."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        for table, key in (("trace_info", "request_id"), ("trace_tags", "request_id"),
                           ("trace_request_metadata", "request_id")):  # fmt: skip
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            rows = connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (trace_id,)).fetchall()
            at, marks = names.index(key), ", ".join("?" * len(names))
            time_at = names.index("timestamp_ms") if "timestamp_ms" in names else -1
            made = []
            for number in range(many - 1):
                for row in rows:
                    copy = list(row)
                    copy[at] = f"tr-{number:032x}"
                    if time_at >= 0:
                        copy[time_at] -= 1000 * (number + 1)
                    made.append(copy)
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", made)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def pages(traces: TracesPort, experiment: str) -> list[TraceInfo]:
    found: list[TraceInfo] = []
    token: str | None = None
    while True:
        page = traces.search([experiment], max_results=PAGE, token=token)
        found += page.infos
        token = page.next_token
        if token is None:
            return found


def laid_out(infos: list[TraceInfo]) -> SpecTable[TraceInfo]:
    """What the list does with the infos before it draws."""
    names = assessment_names(infos)
    specs = trace_columns(names, UNICODE, NOW_MS, None, usual_longest(infos), {}, several=False)
    summarized(infos, NOW_MS)
    table = SpecTable(infos, lambda info: info.id, specs, Arrangement(), sort=(("age", True),))
    for column in table.columns:
        table.texts(column.key, 0, 50)
    return table


def beside_a_client(store: Store, folder: Path, large: str, pairs: int) -> dict[str, float]:
    """The list and the large trace over a server, in turn with a bare client."""
    import mlflow

    figures: dict[str, list[float]] = {name: [] for name in ("list", "bare list", "trace", "bare trace")}
    with mlflow_server(store.uri, folder / "artifacts", workers=2) as address:
        mlflow.set_tracking_uri(address)
        client = mlflow.MlflowClient(address)
        host = Host.start(HostSpec(address, address, timeout_s=300.0))
        try:
            traces = host.ports.traces

            def bare_list() -> None:
                token = None
                while True:
                    page = client.search_traces(
                        locations=["1"], include_spans=False, max_results=PAGE, page_token=token,
                        order_by=["timestamp_ms DESC"],
                    )  # fmt: skip
                    token = page.token
                    if not token:
                        return

            def tree() -> None:
                made = SpanTree(traces.trace(large).spans)
                _ = made.own_ns, made.critical, made.slowest, made.failed, made.window

            works: dict[str, Callable[[], object]] = {
                "bare list": bare_list,
                "list": lambda: laid_out(pages(traces, "1")),
                "bare trace": lambda: client.get_trace(large, display=False),
                "trace": tree,
            }
            for work in works.values():
                work()
            for _ in range(pairs):
                for name, work in works.items():
                    figures[name].append(timed(work))
        finally:
            host.close()
    medians = {name: statistics.median(values) for name, values in figures.items()}
    return {
        "list ms": medians["list"],
        "bare list ms": medians["bare list"],
        "list / bare": medians["list"] / medians["bare list"],
        "trace ms": medians["trace"],
        "bare trace ms": medians["bare trace"],
        "trace / bare": medians["trace"] / medians["bare trace"],
    }


def infos_of(many: int) -> Iterator[TraceInfo]:
    for number in range(many):
        failed = number % 9 == 0
        yield trace_info(
            number,
            state=ERROR if failed else "OK",
            took_ms=500 + number * 37 % 9000,
            tokens=number * 31 % 12_000,
            cost=number % 40 / 1000,
            assessments=(assessment("correctness", not failed),) if number % 3 == 0 else (),
        )


def filtered(many: int) -> float:
    """Milliseconds that the filter takes over so many traces, the best of five."""
    infos = list(infos_of(many))
    for info in infos:
        _ = info.said  # worked out once, when a list is first laid out
    matching = understood(FILTER, ("correctness",), now_ms=NOW_MS)
    assert matching(infos)
    return min(timed(lambda: matching(infos)) for _ in range(5))


def cpu_ms(pid: int) -> float:
    """Milliseconds of CPU that a process has used, as Linux counts them: in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def keys(store: Store, trace_id: str, presses: int) -> tuple[float, float]:
    """What a key takes in a waterfall on a terminal, in milliseconds: to its last byte, 95th percentile; and of CPU."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update({f"XDG_{name}_HOME": home for name in ("STATE", "CACHE", "CONFIG", "DATA")})
        program = Program(module("tui", "--tracking-uri", store.uri, f"traces:/{trace_id}"), 200, 50)
        try:
            program.wait_for("step", 120)
            taken = [program.press("j").seconds * 1000 for _ in range(presses)]
            before = cpu_ms(program.pid)
            for _ in range(presses):
                program.send("j", 0.05)  # too soon for the cursor to rest, and for the span under it to be laid out
            used = (cpu_ms(program.pid) - before) / presses
        finally:
            program.close()
    return sorted(taken)[len(taken) * 95 // 100], used


def main() -> int:
    """Print the figures beside their budgets; 1 if one is over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--pairs", type=int, default=7)
    options.add_argument("--traces", type=int, default=2000)
    options.add_argument("--spans", type=int, default=3000)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    part = 10 if given.quick else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = make_store(folder)
        large = log_trace(store, given.spans // part)
        copies(store, log_trace(store, 5), given.traces // part)
        figures = beside_a_client(store, folder, large, 2 if given.quick else given.pairs)
        figures["filter ms"] = filtered(20_000 // part)
        huge = log_trace(store, 30_000 // part)
        figures["key p95 ms"], figures["key cpu ms"] = keys(store, huge, 20 if given.quick else 200)
    over = [name for name, most in BUDGETS.items() if figures[name] > most]
    if given.json:
        sys.stdout.write(json.dumps({"figures": figures, "budgets": BUDGETS, "over": over}, indent=2) + "\n")
    else:
        for name, value in figures.items():
            budget = f"  of at most {BUDGETS[name]:g}" if name in BUDGETS else ""
            sys.stdout.write(f"{name:>14}  {value:8.2f}{budget}{'  OVER' if name in over else ''}\n")
    return 1 if over and not given.quick else 0


if __name__ == "__main__":
    raise SystemExit(main())
