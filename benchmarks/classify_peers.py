"""Peers that pip can install, asked about the same columns in the same run. Part of `./pursight bench classify`."""

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import peer_adapters
from benchmarks.classify_scores import Scored
from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.measures import Answer, Score, figures
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.services.classification import suggest
from pursight_app.services.classification_training import sample_of

PEERS = tuple(peer_adapters.STARTS)
_LONGEST_S = 1_200
_MISSING = "PackageNotFoundError"


def print_peers(scored: Scored, pythons: Sequence[str], most: int) -> None:
    """Prints speed and scores of every peer that one of the interpreters has, and why the others were skipped."""
    step = max(1, len(scored.columns) // most)
    columns, answers = scored.columns[::step][:most], scored.answers[::step][:most]
    print(
        f"\npeers and PurSight on the same {len(columns)} columns, at most {peer_adapters.MOST_VALUES} values for peers"
    )
    print("claimed: P / R / F1 over the classes that it can name; sensitive and binary: over all columns\n")
    print(f"{'who':<36}{'start s':>9}{'columns/s':>11}{'classes':>9}{'claimed P / R / F1':>24}"
          f"{'sensitive P / R / F1':>24}{'binary P / R / F1':>24}")  # fmt: skip
    began = time.perf_counter()
    suggest([sample_of(columns[0])])
    started = time.perf_counter()
    suggest([sample_of(column) for column in columns])
    seconds = time.perf_counter() - started
    _print_line("PurSight", started - began, len(columns) / seconds, tuple(TAXONOMY), answers)
    for peer in PEERS:
        _print_peer(peer, columns, answers, pythons)


def _print_peer(peer: str, columns: Sequence[LabelledColumn], ours: Sequence[Answer], pythons: Sequence[str]) -> None:
    reasons: list[str] = []
    for python in pythons:
        found = _ask(peer, columns, python)
        if "skipped" in found:
            reasons.append(found["skipped"])
            continue
        answers = [
            Answer(own.label, given, 1.0, own.source, own.origin, own.is_renamed)
            for own, given in zip(ours, found["answers"], strict=True)
        ]
        name = f"{peer} {found['version']}"
        _print_line(name, found["start_s"], len(columns) / found["seconds"], found["classes"], answers)
        if found["failed"]:
            print(f"{'':<36}it failed on {found['failed']} columns")
        return
    told = [reason for reason in reasons if _MISSING not in reason]
    why = told[0] if told else f"not installed; pip install {peer}, then --peers-python PATH/TO/python"
    print(f"{peer:<36}skipped: {why}")


def _ask(peer: str, columns: Sequence[LabelledColumn], python: str) -> dict[str, Any]:
    lines = "\n".join(
        json.dumps({"table": column.table, "column": column.column, "values": column.values}) for column in columns
    )
    # Isolated: otherwise this folder would come first on the path, and its profile.py would hide Python's own.
    command = [python, "-I", str(Path(peer_adapters.__file__)), peer]
    try:
        done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"skipped": f"{type(error).__name__}: {error}"[:200]}
    if done.returncode:
        return {"skipped": f"it ended with {(done.stderr.strip().splitlines() or ['no message'])[-1][:200]}"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _print_line(name: str, start_s: float, rate: float, classes: Sequence[str], answers: Sequence[Answer]) -> None:
    found = figures(answers)
    print(
        f"{name:<36}{start_s:>9.2f}{rate:>11.1f}{len(classes):>9}{_texts(_claimed(answers, classes)):>24}"
        f"{_texts(found.sensitive):>24}{_texts(found.binary):>24}",
        flush=True,
    )


def _claimed(answers: Sequence[Answer], classes: Sequence[str]) -> Score:
    able = set(classes)
    given = sum(answer.predicted is not None for answer in answers)
    due = sum(answer.label in able for answer in answers)
    right = sum(answer.is_right for answer in answers)
    return Score(right / max(1, given), right / max(1, due), due)


def _texts(score: Score) -> str:
    return f"{score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f}"
