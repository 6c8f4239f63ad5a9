"""Artifacts of every kind that a run may carry, written to a folder that is then logged as it is."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from tui.demo.sample import workshop
from tui.demo.sample.workshop import MINUTE, RunPlan, Source, Workshop, random

TRAIN_PY = '''\
"""Train the churn model."""

import argparse

import mlflow


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.01)
    options = parser.parse_args()
    with mlflow.start_run():
        mlflow.log_param("lr", options.lr)


if __name__ == "__main__":
    main()
'''


FEATURES_SQL = "select customer_id, count(*) as tickets_90d\nfrom tickets\ngroup by 1;\n"


def write_all(folder: Path) -> None:
    """Fill ``folder`` with text, tables, pictures, code, a deep tree, a wide folder, an empty file and binaries."""
    texts(folder)
    tables(folder / "tables")
    plots(folder / "plots")
    pictures(folder / "images")
    tree(folder)


def write_earlier(folder: Path) -> None:
    """Fill ``folder`` with an earlier state of some of the same files, so that two runs can be compared by them."""
    write(folder / "README.md", "# Report\n\nSee `tables/`.\n\n- one\n")
    write(folder / "config" / "train.yaml", _yaml(depth=5, window="14d").replace("  - ben@example.com\n", ""))
    write(folder / "config" / "features.json", json.dumps(_features(version=40, days=60), indent=2))
    write(
        folder / "src" / "train.py", TRAIN_PY.replace('    parser.add_argument("--lr", type=float, default=0.01)\n', "")
    )
    write(folder / "src" / "features.sql", FEATURES_SQL)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    frame = _predictions()
    changed = frame.index % 50 == 7
    frame.loc[changed, "score"] = (frame.loc[changed, "score"] * 0.9).round(4)
    frame = frame.drop(columns="seen_at").drop(index=range(3, 1500, 400))
    frame.to_csv(folder / "tables" / "predictions.csv", index=False)
    frame.to_parquet(folder / "tables" / "predictions.parquet", index=False)
    (folder / "plots").mkdir()
    _roc({"challenger (0.931)": 5.5, "champion (0.929)": 5.3}).savefig(folder / "plots" / "roc.png")


def texts(folder: Path) -> None:
    """Markdown, HTML, JSON, YAML, TOML, plain text, a log with colours, source code and a notebook."""
    write(folder / "README.md", "# Report\n\nSee [the report](report/index.html) and `tables/`.\n\n- one\n- two\n")
    write(folder / "report" / "index.html", _html())
    write(folder / "config" / "train.yaml", _yaml())
    write(folder / "config" / "features.json", json.dumps(_features(), indent=2))
    write(folder / "config" / "compact.json", json.dumps(_features(), separators=(",", ":")))
    write(folder / "config" / "pyproject.toml", '[project]\nname = "churn"\nversion = "4.1.0"\n')
    write(folder / "notes.txt", "Checked by hand: 40 customers, 37 right.\n\tTabs\tare\there.\nNo newline at the end")
    write(folder / "logs" / "train.log", _log())
    write(
        folder / "logs" / "events.jsonl", "".join(json.dumps({"step": n, "ok": n % 7 > 0}) + "\n" for n in range(200))
    )
    write(folder / "src" / "train.py", TRAIN_PY)
    write(folder / "src" / "features.sql", FEATURES_SQL)
    write(folder / "notebooks" / "tenure.ipynb", json.dumps(_notebook(), indent=1))


def tables(folder: Path) -> None:
    """The same predictions as CSV, TSV and Parquet, and a wide CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = _predictions()
    frame.to_csv(folder / "predictions.csv", index=False)
    frame.head(100).to_csv(folder / "sample.tsv", index=False, sep="\t")
    frame.to_parquet(folder / "predictions.parquet", index=False)
    wide = pd.DataFrame(
        random("wide").normal(size=(40, 120)).round(5), columns=[f"feature_{n:03d}" for n in range(120)]
    )
    wide.to_csv(folder / "wide.csv", index=False)


def _predictions() -> pd.DataFrame:
    rng = random("predictions")
    rows = 1500
    return pd.DataFrame(
        {
            "customer": [f"C-{n:06d}" for n in range(rows)],
            "segment": rng.choice(["new", "smb", "enterprise", "教育"], rows),
            "score": rng.beta(2, 9, rows).round(4),
            "left": rng.integers(0, 2, rows),
            "seen_at": pd.date_range("2026-01-05", periods=rows, freq="h", tz="UTC"),
            "comment": [None if n % 3 else 'said "maybe", then left' for n in range(rows)],
        }
    )


def plots(folder: Path) -> None:
    """ROC curve, importances and confusion matrix as PNG; one of them as SVG too."""
    folder.mkdir(parents=True, exist_ok=True)
    roc = _roc({"challenger (0.934)": 6.0, "champion (0.931)": 5.4})
    roc.savefig(folder / "roc.png")
    roc.savefig(folder / "roc.svg")
    bars = Figure(figsize=(6, 3), dpi=90, layout="constrained")
    axes = bars.subplots()
    names = ["tenure_days", "tickets_90d", "logins_30d", "plan_price", "discount", "age"]
    axes.barh(names[::-1], [0.04, 0.06, 0.11, 0.17, 0.25, 0.37])
    axes.set(title="Permutation importance")
    bars.savefig(folder / "importance.png")
    matrix = Figure(figsize=(3, 3), dpi=90, layout="constrained")
    axes = matrix.subplots()
    axes.imshow([[912, 31], [44, 213]], cmap="Blues")
    axes.set(title="confusion", xticks=[0, 1], yticks=[0, 1])
    matrix.savefig(folder / "confusion.png")


def _roc(curves: dict[str, float]) -> Figure:
    """ROC curves by their names, each with how steep it is."""
    matplotlib.rcdefaults()  # whatever the person has configured must not change the sample
    x = np.linspace(0, 1, 60)
    figure = Figure(figsize=(5, 4), dpi=90, layout="constrained")
    axes = figure.subplots()
    for (name, steepness), line in zip(curves.items(), ("-", "--"), strict=True):
        axes.plot(x, 1 - (1 - x) ** steepness, line, label=name)
    axes.set(xlabel="false positives", ylabel="true positives", title="ROC")
    axes.legend()
    return figure


def pictures(folder: Path) -> None:
    """A photograph-like JPEG, a PNG with transparency, a moving GIF, a WebP, and a PNG that is broken."""
    folder.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[0:160, 0:240]
    waves = np.stack([128 + 90 * np.sin(x / 17 + y / 29 + phase) for phase in (0, 1, 2)], axis=-1).astype(np.uint8)
    picture = Image.fromarray(waves)
    picture.save(folder / "photo.jpg", quality=80)
    picture.resize((48, 32)).save(folder / "thumb.webp")
    picture.convert("RGBA").resize((64, 64)).save(folder / "alpha.png")
    frames = [Image.new("P", (32, 32), color=shade) for shade in (20, 120, 220)]
    frames[0].save(folder / "pulse.gif", save_all=True, append_images=frames[1:], duration=200, loop=0)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"this is no picture" * 4)


def tree(folder: Path) -> None:
    """A deep path, a folder of many files, names in several scripts, an empty file and binaries."""
    write(folder / "deep" / "a" / "b" / "c" / "d" / "e" / "bottom.txt", "You found it.\n")
    for shard in range(120):
        write(folder / "shards" / f"shard-{shard:04d}.txt", f"{shard}\n")
    write(folder / "empty.txt", "")
    write(folder / "データ" / "メモ.txt", "日本語のメモ。\n")
    write(folder / "latin1.txt", "")
    (folder / "latin1.txt").write_bytes("caf\xe9 d\xe9j\xe0 vu\n".encode("latin-1"))
    (folder / "weights.bin").write_bytes(random("weights").bytes(256 * 1024))
    write(folder / "long_line.txt", "x" * 200_000)


def write(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with its line ends as they are, making folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _features(*, version: int = 41, days: int = 90) -> dict[str, object]:
    return {
        "version": version,
        "features": [
            {"name": "tenure_days", "type": "double", "window": None},
            {"name": "tickets_90d", "type": "double", "window": {"days": days, "gap": 1}},
        ],
        "ids": {"small": 7, "beyond_2_53": 9007199254740993, "ratio": 1e-9, "on": True},
        "note": "ключ · 鍵 · \u001b[31m",
    }


def _yaml(*, depth: int = 6, window: str = "28d") -> str:
    return (
        f"# written by hand\nmodel:\n  kind: forest\n  depth: {depth}\n  layers: [64, 128, 64]\n"
        f"data:\n  source: growth.features.customers\n  window: {window}\n  weekend_weight: 0.5\n"
        "notify:\n  - ana@example.com\n  - ben@example.com\n"
    )


def _html() -> str:
    return (
        "<!doctype html><html><head><title>Churn report</title><script>alert(1)</script></head><body>"
        "<h1>Churn report</h1><p>AUC <b>0.9341</b> &mdash; champion 0.9312.</p>"
        "<table><tr><th>segment<th>auc<tr><td>new<td>0.9107</table></body></html>\n"
    )


def _log() -> str:
    lines = []
    for step in range(400):
        level = "\x1b[33mWARN\x1b[0m" if step % 37 == 5 else "\x1b[32mINFO\x1b[0m"
        loss = 0.22 + 0.5 * math.exp(-step / 90)
        lines.append(
            f"\x1b[2m12:{step // 60:02d}:{step % 60:02d}\x1b[0m {level} epoch {step:3d} loss \x1b[1m{loss:.4f}\x1b[0m"
        )
    lines.append("\rprogress  99%\rprogress 100%")
    lines.append("\x1b]0;a title for your terminal\x07done \x1b[31m\x1b[5mblinking\x1b[0m")
    return "\n".join(lines) + "\n"


def _notebook() -> dict[str, object]:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Tenure\n", "Does it help?"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "source": ["frame.groupby('tenure').left.mean()"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["0.21\n"]}],
        },
    ]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


# The Markdown that people wrote on experiments, runs, models and versions.


CHURN_EXPERIMENT = """\
# Weekly churn

Who leaves within **30 days**? Retrained by `ci` every week, reviewed by @ana.

- target: `left_30d` on `growth.features.customers`
- score: `val_auc`, *then* `logloss`; a candidate must beat the champion by 0.002
- on call: ben, runbook at <https://wiki.example.com/churn#runbook>
"""

CHURN_RUN = """\
# gallant-ox-12

The first run with `tenure_days`. It beats the champion on **every** segment but one.

## Result

| segment    |    auc | champion |       Δ |
|:-----------|-------:|---------:|--------:|
| all        | 0.9341 |   0.9312 | +0.0029 |
| new        | 0.9107 |   0.9015 | +0.0092 |
| enterprise | 0.9402 |   0.9411 | -0.0009 |

## What changed

1. `tenure_days` joined the features
2. the window went from 21 to 28 days
   - weekends weigh half
   - see [the notebook](https://git.example.com/growth/models/-/blob/main/tenure.ipynb)

> The calibration is off above 0.8. Not a blocker, but look at it before the campaign.

```python
model = mlflow.sklearn.load_model("models:/churn@challenger")
model.predict_proba(frame)[:, 1]
```

- [x] backtest over 8 weeks
- [x] fairness report
- [ ] shadow traffic for a day

---
~~Ready for review~~ **Approved** by ben.
"""

FAILED_RUN = """\
Out of memory on the 8 GB runner, again. The join with `events` explodes when `data.window` > 28d.

```
MemoryError: Unable to allocate 11.3 GiB for an array with shape (189213, 8000)
```
"""

SWEEP = """\
## sweep-41

Random search over `lr`, `max_depth`, `subsample` and `l2`: 188 trials, the best four in 3 folds each.

**Finding:** depth beyond 6 buys nothing; `lr` near `3e-2` wins; diverges above `0.5`.
"""

BACKFILL_EXPERIMENT = """\
Churn scores month by month, with the model as it was *then*. Used by finance; do not delete.
"""

FRAUD_EXPERIMENT = """\
# Fraud

Card transactions, scored within 40 ms. Positive class is 0.17 %, so look at `pr_auc`, never at accuracy.
"""

FRAUD_LONG = """\
4000 steps. Loss spikes at 1 700 come from one poisoned shard (`shard-0231`), since quarantined.
"""

FRAUD_NAN = """\
Diverged at step 1 200: `loss` is NaN from there on, `grad_norm` reached +∞ before.
Mixed precision without loss scaling.
"""

PRICING_EXPERIMENT = """\
Nightly prices for the lodging marketplace. **Nothing of this is in production yet.**
"""

HOSTILE_EXPERIMENT = """\
Names and texts that try to break whoever shows them. All of them are legal in MLflow.
"""

HOSTILE_RUN = """\
# A note with \x1b[31mred\x1b[0m escapes, [bold]markup[/bold] and a [link](javascript:alert(1))

<script>alert("html")</script> <b>bold?</b> <img src=x onerror=alert(1)>

\u202etxet desrever\u202c · zero\u200bwidth · \a bell · null-ish \x01 · e\u0301 combining · 👩‍👩‍👧‍👦 family

| 列 | 値 |
|---|---|
| 解約率 | 3.2 % |

Unclosed `code and **bold
"""

MODEL_CHURN = """\
Probability that a customer leaves within 30 days. Owner: growth. Serves the retention campaign and the account page.
"""

MODEL_FRAUD = "Fraud score of a card transaction, 0 to 1. Above 0.92 a transaction is held."
MODEL_PRICING = "Price a night. Not reviewed; no version has been promoted."
MODEL_LTV = "Lifetime value. Registered by ben for the next quarter; there is no version yet."


# Names and texts that MLflow accepts and that a screen must survive; and runs whose parents make no sense.


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

COST = 2 + len(RUN_NAMES) + 4 + 1  # experiments, runs, odd lineage, the one in the long-named experiment
_STEP = "hostile"


def make(shop: Workshop) -> None:
    """Make the two experiments with odd names, and their runs."""
    clock = shop.clock
    experiment = shop.experiment(
        _STEP,
        NAME,
        folder="hostile",
        created_ms=clock.ago(days=16),
        note=HOSTILE_EXPERIMENT,
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
        note=HOSTILE_RUN,
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
