"""Names and texts that MLflow accepts and that a screen must survive; and runs whose parents make no sense."""

from __future__ import annotations

import os
from pathlib import Path

from tui.demo.sample import notes, workshop
from tui.demo.sample.files import write
from tui.demo.sample.workshop import MINUTE, RunPlan, Source, Workshop

NAME = "hostile/[bold]解約[/bold] 🐙 \x1b[31mred\x1b[0m \u202eesrever\u202c\nsecond line"
LONG_NAME = "hostile/" + "a very long name that goes on and on / " * 12

RUN_NAMES = {
    "cjk": "解約予測モデル・改訂版",
    "emoji": "🚀 launch 👩‍👩‍👧‍👦 🇳🇴 ⚠️ done ✅",
    "ansi": "\x1b[31mred\x1b[0m \x1b[2J\x1b[H cleared?",
    "title": "\x1b]0;your title\x07 and \x1b]52;c;aGk=\x07 your clipboard",
    "markup": "[bold red]markup[/] [@click=app.quit]click[/] [link=https://example.com]x[/link]",
    "broken markup": "[/nothing] [ [[ ]] [bold",
    "bidi": "invoice \u202egpj.exe\u202c \u2066isolated\u2069",
    "zero width": "ze\u200bro\u200dwid\ufeffth",
    "combining": "Z̴͎̎a̸̡͐l̶̰̈́g̵̣͌o̷̪̕ e\u0301 ñ",
    "rtl": "تجربة نموذج · ניסוי",
    "newline": "first line\nsecond line\r\nthird\ttabbed",
    "long": "x" * 240,
    "space": "   ",
    "quotes": 'it\'s "quoted" `ticked` \\ ; DROP TABLE runs; --',
    "number": "1e5",
    "formula": "=cmd|' /C calc'!A1",
}

PIECES = 2 + len(RUN_NAMES) + 4 + 1  # experiments, runs, odd lineage, the one in the long-named experiment
_STEP = "hostile"


def make(shop: Workshop) -> None:
    """Make the two experiments with odd names, and their runs."""
    clock = shop.clock
    experiment = shop.experiment(
        _STEP,
        NAME,
        folder="hostile",
        created_ms=clock.ago(days=16),
        note=notes.HOSTILE_EXPERIMENT,
        tags={"owner": "\x1b[5mblink\x1b[0m", "team": "[red]ops[/red]"},
    )
    for index, (kind, name) in enumerate(RUN_NAMES.items()):
        _run(shop, experiment, index, kind, name)
    _lineage(shop, experiment)
    shop.touch(experiment, NAME, clock.ago(days=14))
    long = shop.experiment(_STEP, LONG_NAME, folder="hostile-long", created_ms=clock.ago(days=16))
    shop.record(_STEP, RunPlan(long, "the only one", clock.ago(days=15), MINUTE))


def _run(shop: Workshop, experiment: str, index: int, kind: str, name: str) -> None:
    start = shop.clock.ago(days=15, minutes=-10 * index)
    plan = RunPlan(
        experiment,
        name,
        start,
        MINUTE,
        user="ben\u202e\x1b[7m" if kind == "bidi" else "ana",
        source=Source(f"train {name}.py"),
        params={
            "kind": kind,
            "value": name,
            "same": name[::-1],
            "列.名前": "値",
            "with: colon" if os.name != "nt" else "colon": "1",
        },
        metrics=workshop.finals({"auc": 0.5 + index / 100, "精度": 0.9}, start + MINUTE),
        tags={"text": name + "\x00after NUL", "odd/タグ": "[blink]é[/blink]"},
        note=notes.HOSTILE_RUN,
    )
    with shop.run(_STEP, plan) as run_id:
        if index == 0:
            folder = shop.scratch / "hostile"
            _files(folder)
            shop.client.log_artifacts(run_id, str(folder))


def _files(folder: Path) -> None:
    """Files with odd names, as far as this machine's file system takes them, and text that acts up."""
    names = [
        "[bold]解約[/bold].txt",
        "🐙.csv",
        "%2e%2e",
        "a b#c?d&e.txt",
        "\x1b[31mred.txt",
        "two\nlines.txt",
        "x" * 200 + ".txt",
    ]
    for name in names if os.name == "posix" else names[:1]:
        write(folder / name, f"{name}\n")
    write(folder / "escapes.txt", "\x1b[2J\x1b[31mred\x1b[0m \u202ereversed\u202c \x07 bell\r over\n")
    write(folder / "escapes.json", '{"\\u001b[31m": "[bold]x[/bold]", "dup": 1, "dup": 2, "nan": NaN}')
    write(folder / "broken.json", '{"a": [1, 2')
    write(folder / "bomb.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nd: !!python/object/apply:os.getcwd []\n")


def _lineage(shop: Workshop, experiment: str) -> None:
    """A run whose parent does not exist, one that is its own parent, and two that are each other's."""
    start = shop.clock.ago(days=14)

    def record(name: str, parent: str | None = None) -> str:
        return shop.record(_STEP, RunPlan(experiment, name, start, MINUTE, parent=parent))

    record("orphan", parent="0" * 32)
    own = record("own parent")
    shop.client.set_tag(own, "mlflow.parentRunId", own)
    egg = record("egg")
    hen = record("hen", parent=egg)
    shop.client.set_tag(egg, "mlflow.parentRunId", hen)
