"""Finding and ending processes that belong to one `up`, even when a part between them was killed."""

import ctypes
import os
import sys
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
END_TIMEOUT_S = 8
# In the environment of everything that an `up` starts: its home. Command lines do not tell, libraries rewrite them.
MARK = "PURSIGHT_STARTED_BY_UP"


def adopt_orphans() -> None:
    """On Linux, makes children of killed children ours, so that they can be ended with us; elsewhere does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_alive(pid: int | None) -> bool:
    """Whether a process runs; a zombie does not."""
    if pid is None:
        return False
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill_children_of(pid: int | None) -> None:
    """Ends the children of a process for certain: what hangs with Python's lock held hears nothing else."""
    try:
        children = psutil.Process(pid).children() if pid else []
    except psutil.NoSuchProcess:
        return
    for child in children:
        _send(child, kill=True)


def end_children(*, spare: set[int]) -> None:
    """Ends every descendant but those in `spare` and theirs: politely first, then for certain."""
    _end([child for child in psutil.Process().children() if child.pid not in spare])


def _end(roots: list[psutil.Process]) -> None:
    family: list[psutil.Process] = []
    for root in roots:
        try:
            family += [*root.children(recursive=True), root]
        except psutil.NoSuchProcess:
            continue
    for process in family:
        _send(process, kill=False)
    _, alive = psutil.wait_procs(family, timeout=END_TIMEOUT_S)
    for process in alive:
        _send(process, kill=True)
    psutil.wait_procs(alive, timeout=END_TIMEOUT_S)


def _send(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return


def end_leftovers(home: Path, *, redis_socket: Path) -> None:
    """Ends what an earlier `up` on this home left running when it was killed; its lock is ours now, so nobody needs it.

    PostgreSQL is spared: the next `up` finds it and goes on with it.
    """
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    left = [each for each in psutil.process_iter() if each.pid not in ours and _belongs(each, home, redis_socket)]
    _end(left)


def _belongs(process: psutil.Process, home: Path, redis_socket: Path) -> bool:
    try:
        # Redis writes "redis-server unixsocket:PATH" over its arguments and its environment.
        if " ".join(process.cmdline()).rstrip().endswith(f"redis-server unixsocket:{redis_socket}"):
            return True
        return process.environ().get(MARK) == str(home)
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False
