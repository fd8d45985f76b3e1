"""Starting PurSight's commands as real processes, watching what they print, and killing them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
Answer = TypeVar("Answer")


def wait_until(check: Callable[[], Answer], what: str, *, within_s: float = 30) -> Answer:
    """The first true answer of `check`; fails the test with `what` when none comes in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if answer := check():
            return answer
        time.sleep(0.05)
    pytest.fail(f"not within {within_s} s: {what}")


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants, the oldest first."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def kill(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL, parents first so that none replaces a child; asserts that every one is gone."""
    killed = list(processes)
    for process in killed:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    wait_until(lambda: not alive(killed), "the killed processes are gone", within_s=10)


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if _is_alive(process)]


def _is_alive(process: psutil.Process) -> bool:
    # The identity of a psutil.Process holds its start time, so that a new process with an old number is not mistaken.
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Command:
    """One running `python -m pursight_app …`, its output in a file."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.output = home / f"{arguments[0]}-{time.monotonic_ns()}.out"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PURSIGHT_")}
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pursight_app", *arguments],
                cwd=ROOT,
                env={
                    **inherited,
                    "PURSIGHT_HOME": str(home),
                    "PURSIGHT_LEASE_S": "3",
                    "PYTHONPATH": str(ROOT),
                    "PYTHONUNBUFFERED": "1",
                    **settings,
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, text: str, *, after: int = 0, within_s: float = 60) -> None:
        """Waits for `text` in the output behind its first `after` characters."""

        def is_there() -> bool:
            is_over, said = not self.is_running, self.text[after:]
            if text not in said and is_over:
                pytest.fail(f"the command has ended before it said {text!r}:\n{said}")
            return text in said

        wait_until(is_there, f"{text!r} in the output", within_s=within_s)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def family(self) -> list[psutil.Process]:
        return family(self.pid)

    def kill(self) -> None:
        """Kills it and all below it; does nothing when it has ended."""
        if self.is_running:
            kill(self.family())
            self._process.wait()

    def kill_alone(self) -> None:
        """Kills the process and leaves its children as they are."""
        self._process.kill()
        self._process.wait()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def exit_code(self, *, within_s: float) -> int:
        return self._process.wait(within_s)

    def stop(self) -> None:
        """For `finally`: ends it and what is below it, however far it came."""
        if not self.is_running:
            return
        members = self.family()
        self._process.terminate()
        try:
            self._process.wait(25)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for process in alive(members):
            process.kill()
