"""Pictures of the files of two runs compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.compare import IDS, compare, sweep
from tests.support.snapshots import Picture
from tui.domain.artifacts import ArtifactRoot

FILES = {
    "conf/train.yaml": (b"lr: 0.1\ndepth: 8\n", b"lr: 0.01\ndepth: 8\nseed: 3\n"),
    "model.bin": (b"\0\1\2\3" * 40, b"\0\1\2\4" * 40),
    "requirements.txt": (b"mlflow==2.0\nnumpy\n", b"mlflow==3.1\nnumpy\npandas>=2\n"),
    "scores.csv": (b"id,auc\n1,0.9\n2,0.8\n", b"id,auc,loss\n1,0.9,1\n2,0.85,2\n3,0.7,3\n"),
    "train.py": (b"import os\n\ndef fit(x):\n    return x\n", b"import os\n\ndef fit(x):\n    return x * 2  # twice\n"),
}
KINDS = {"yaml": 0, "binary": 1, "packages": 3, "table": 4, "text": 5}


@pytest.mark.parametrize("kind", ["list", *KINDS])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
async def test_files(tmp_path: Path, picture: Picture, size: tuple[int, int], kind: str) -> None:
    made = sweep(tmp_path)
    for at in (0, 1):
        made.artifacts.put(ArtifactRoot("run", IDS[at + 1]), {path: pair[at] for path, pair in FILES.items()})
    made.artifacts.put(ArtifactRoot("run", IDS[1]), {"only.md": b"# note"})
    async with made.open(size) as deck:
        screen = await compare(deck, IDS[1], IDS[2])
        await deck.press("f")
        await deck.until_text("6 of 6 differ")
        if kind != "list":
            await deck.press(*["down"] * KINDS[kind], "enter")
            await deck.until(lambda: screen.files.read is not None, "both files are read")
        await deck.settle()
        picture(deck)
