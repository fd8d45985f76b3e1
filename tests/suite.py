"""What `./pursight test` runs: installs what the tests need from the system, then pytest; its exit code is pytest's.

Browser tests run in pytest processes of their own: Playwright keeps an event loop running that pytest-asyncio cannot share.
Two processes at a time, each with its own home and servers: tests of faults wait for most of their time.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
# Program to look for → Debian package that holds it.
SYSTEM_PARTS = {"chromium": "chromium", "mariadbd": "mariadb-server"}
NO_TESTS = 5
PYTEST = [sys.executable, "-m", "pytest"]
# In this order, two at a time: what waits beside what computes, and those of pipelines in the browser when its front end is built.
PARTS = (
    ("tests", "--ignore=tests/e2e", "--ignore=tests/faults", "--ignore=tests/spark"),
    ("tests/faults",),
    ("tests/spark",),
    ("tests/e2e", "--ignore=tests/e2e/test_pipelines.py"),
    ("tests/e2e/test_pipelines.py",),
)


def install_system_parts() -> None:
    """Installs Chromium and MariaDB where the machine lets it; without them their tests skip and say why."""
    missing = [package for program, package in SYSTEM_PARTS.items() if not _has(program)]
    if not missing or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print(f"Installing {', '.join(missing)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"{' '.join(command[:2])} failed; the tests that need it are skipped.", file=sys.stderr, flush=True)
            return


def _has(program: str) -> bool:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is not None


def run(*arguments: str, heard: IO[bytes] | None = None) -> int:
    """One pytest process; what it says goes to `heard` where that is given."""
    said = subprocess.STDOUT if heard else None
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False, stdout=heard, stderr=said).returncode


def main(arguments: list[str]) -> int:
    """The whole suite, or what pytest's own arguments choose."""
    install_system_parts()
    if arguments:
        return run(*arguments)
    waiting = deque(PARTS)

    def take(heard: IO[bytes] | None) -> list[int]:
        outcomes: list[int] = []
        with suppress(IndexError):
            while True:
                outcomes.append(run(*waiting.popleft(), heard=heard))
        return outcomes

    with tempfile.TemporaryFile() as heard, ThreadPoolExecutor(1) as beside:
        others = beside.submit(take, heard)
        outcomes = [*take(None), *others.result()]
        heard.seek(0)
        shutil.copyfileobj(heard, sys.stdout.buffer)
        sys.stdout.flush()
    return next((code for code in outcomes if code not in {0, NO_TESTS}), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
