"""Pictures of the files of two runs compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.artifact_files import png
from tests.support.compare import IDS, compare, sweep
from tests.support.deck import FORBIDDEN
from tests.support.snapshots import Picture
from tui.domain.artifacts import ArtifactRoot, LoggedModel


def mlmodel(age: str, sklearn: str) -> bytes:
    inputs = f'[{{"type": "{age}", "name": "age"}}, {{"type": "string", "name": "plan"}}]'
    return f"flavors:\n  sklearn:\n    sklearn_version: {sklearn}\nsignature:\n  inputs: '{inputs}'\n".encode()


FILES = {
    "conf/train.yaml": (b"lr: 0.1\ndepth: 8\n", b"lr: 0.01\ndepth: 8\nseed: 3\n"),
    "model/MLmodel": (mlmodel("long", "1.4"), mlmodel("double", "1.5")),
    "model.bin": (b"\0\1\2\3" * 40, b"\0\1\2\4" * 40),
    "requirements.txt": (b"mlflow==2.0\nnumpy\n", b"mlflow==3.1\nnumpy\npandas>=2\n"),
    "roc.png": (png(48, 32), png(40, 36)),
    "scores.csv": (b"id,auc\n1,0.9\n2,0.8\n", b"id,auc,loss\n1,0.9,1\n2,0.85,2\n3,0.7,3\n"),
    "train.py": (b"import os\n\ndef fit(x):\n    return x\n", b"import os\n\ndef fit(x):\n    return x * 2  # twice\n"),
}
KINDS = {
    "yaml": "conf/train.yaml",
    "binary": "model.bin",
    "model": "model/MLmodel",
    "packages": "requirements.txt",
    "picture": "roc.png",
    "table": "scores.csv",
    "text": "train.py",
}


# Kinds that are laid out like one that is pictured: what they say is enough.
SAID = {
    "yaml": ("conf/train.yaml  YAML · 17 B → 26 B · 2 differences", "seed", "added"),
    "binary": (
        "model.bin  binary · 160 B · 1 difference",
        "baseline: 160 B, sha256 d70ff330e96bd299",
        "@@ lines 1–10 → 1–10 @@",
        "- 00000000  00 01 02 03",
        "+ 00000000  00 01 02 04",
    ),
    "packages": ("requirements.txt  text · 18 B → 28 B · 2 differences", "==3.1", ">=2"),
}


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        *((kind, (120, 36)) for kind in ["list", "beside", *KINDS] if kind != "picture"),
        *((kind, (80, 24)) for kind in ("list", "beside", "picture")),
    ],
    ids=lambda one: one if isinstance(one, str) else f"{one[0]}x{one[1]}",
)
async def test_files(tmp_path: Path, picture: Picture, size: tuple[int, int], kind: str) -> None:
    made = sweep(tmp_path)
    for at in (0, 1):
        made.artifacts.put(ArtifactRoot("run", IDS[at + 1]), {path: pair[at] for path, pair in FILES.items()})
    made.artifacts.put(ArtifactRoot("run", IDS[1]), {"only.md": b"# note"})
    async with made.open(size) as deck:
        screen = await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("8 of 8 differ")
        if kind != "list":
            screen.files.grid.move_to(KINDS.get(kind, "train.py"))
            await deck.press("enter")
            await deck.until(lambda: screen.files.read is not None and screen.files.preview.shown, "it is compared")
        if kind == "beside":
            await deck.press("v")
            await deck.until_text("Side by side wants" if size[0] < 100 else "│ +")
        await deck.settle()
        deck.shows(*SAID.get(kind, ()))
        if kind not in SAID and (size[0] > 80 or kind == "picture"):
            picture(deck)


TROUBLE = {
    "notes": (
        "data of the baseline could not be listed: mlflow.example.com answered 403 (PERMISSION_DENIED).",
        "The logged model churn of the other run is still being uploaded: more of it may come.",
        "And 1 more like that.",
        "same size, not read",
    ),
    "gone": ("Could not read the file of the baseline: train.py is not there any more.",),
    "asked": (
        "roc.png  picture · 30 MB · not compared: 60 MB would have to travel. m lets both travel and compares them",
        "The first 66 kB are the same; what comes after them was not read.",
    ),
}


@pytest.mark.parametrize("face", TROUBLE)
async def test_files_in_trouble(tmp_path: Path, face: str) -> None:
    made = sweep(tmp_path)
    first, second = ArtifactRoot("run", IDS[1]), ArtifactRoot("run", IDS[2])
    files = {"data/x.txt": b"1", "roc.png": png(48, 32) + bytes(100_000), "train.py": b"x = 1\n"}
    made.artifacts.put(first, files)
    made.artifacts.put(second, {**files, "train.py": b"x = 22\n"})
    made.artifacts.sizes["roc.png"] = 30_000_000
    made.artifacts.models[IDS[2]] = (LoggedModel("m-1", "churn", "PENDING", None, "s3://bucket/m-1"),)
    made.artifacts.problems["data"] = FORBIDDEN
    async with made.open((120, 36)) as deck:
        screen = await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("1 of 2 differ")
        if face != "notes":
            screen.files.grid.move_to("train.py" if face == "gone" else "roc.png")
            del made.artifacts.files[first]["train.py"]
            await deck.press("enter")
            await deck.until_text("not there any more" if face == "gone" else "m let them travel")
        await deck.settle()
        deck.shows(*TROUBLE[face])
