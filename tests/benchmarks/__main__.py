"""``make bench``: every benchmark, one after another, each printing its figures beside their budgets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run every ``*_bench`` module in a process of its own; the exit status is the number of those that failed."""
    failed = 0
    for file in sorted(Path(__file__).parent.glob("*_bench.py")):
        sys.stdout.write(f"\n== {file.stem.removesuffix('_bench')} ==\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.{file.stem}"]).returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
