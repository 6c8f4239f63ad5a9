"""Artifacts of every kind that a run may carry, written to a folder that is then logged as it is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from tui.demo.sample.workshop import random

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
