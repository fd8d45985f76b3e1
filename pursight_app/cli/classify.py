"""`classify` and `train`: the column classifier without any server. Registered by the command line's main module."""

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from pursight_app.core.errors import InvalidInputError

BATCH_LINES = 200
"""Lines that are held in memory and classified at once."""
MOST_VALUES = 1000
MOST_PROCESSES = 8


def classify(
    file: Annotated[
        str, typer.Argument(help="JSON lines with id, table, column, values, table_columns; - for standard input.")
    ] = "-",
) -> None:
    """Suggest the data class of columns: JSON lines in, JSON lines out, in the same order."""
    try:
        source = sys.stdin if file == "-" else Path(file).open(encoding="utf-8", errors="replace")  # noqa: SIM115 -- closed below
    except OSError as error:
        typer.echo(
            f"Cannot read {file}: {error.strerror}. Give the path of a JSON-lines file, or - for standard input.",
            err=True,
        )
        raise typer.Exit(2) from error
    with source:
        batches = _batches(source)
        for answers in chain(map(_answers, islice(batches, 1)), _answers_by_many(batches)):
            sys.stdout.write(answers)
            sys.stdout.flush()


def _answers_by_many(batches: Iterator[list[str]]) -> Iterator[str]:
    """The answers of all processors, in the order of the batches; a second batch is worth the start of processes."""
    following = next(batches, None)
    if following is None:
        return
    workers = min(os.cpu_count() or 1, MOST_PROCESSES)
    # Forked after the first batch, so that all share the model that is loaded already.
    forks = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    with ProcessPoolExecutor(workers, mp_context=forks, initializer=_follow, initargs=(os.getpid(),)) as pool:
        waiting = deque([pool.submit(_answers, following)])
        try:
            for batch in batches:
                waiting.append(pool.submit(_answers, batch))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _follow(parent: int) -> None:
    """A worker leaves the keyboard to its parent and ends with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _batches(source: TextIO) -> Iterator[list[str]]:
    lines = (line for line in source if line.strip())
    while batch := list(islice(lines, BATCH_LINES)):
        yield batch


def _answers(lines: list[str]) -> str:
    """One answer per line; a line that cannot be understood gets one with `error`, and does not disturb the others."""
    from pursight_app.detectors.base import ColumnSample
    from pursight_app.services.classification import suggest

    answers: list[dict[str, Any]] = []
    asked: list[tuple[int, ColumnSample]] = []
    for line in lines:
        record: Any = None
        try:
            record = json.loads(line)
            asked.append((len(answers), _sample(record)))
            answers.append({"id": record.get("id")})
        except (ValueError, RecursionError, InvalidInputError) as error:
            message = error.message if isinstance(error, InvalidInputError) else "The line is not valid JSON."
            known = {"id": record["id"]} if isinstance(record, dict) and "id" in record else {}
            answers.append({**known, "error": message})
    for (place, _), verdict in zip(asked, suggest([sample for _, sample in asked]), strict=True):
        answers[place] |= {
            "data_class": verdict.data_class,
            "confidence": verdict.confidence,
            "sensitivity": verdict.sensitivity,
            "regulations": list(verdict.regulations),
            "evidence": verdict.evidence.as_json(),
        }
    return "".join(json.dumps(answer, ensure_ascii=True) + "\n" for answer in answers)


def _sample(record: Any) -> "Any":
    from pursight_app.detectors.base import ColumnSample

    if not isinstance(record, dict):
        raise InvalidInputError("The line is not a JSON object.")
    column, values = record.get("column"), record.get("values")
    if not isinstance(column, str) or not isinstance(values, list):
        raise InvalidInputError("The line needs `column` (text) and `values` (list).")
    headers = record.get("table_columns")
    return ColumnSample(
        table=str(record.get("table") or ""),
        column=column,
        values=tuple(map(_text, values[:MOST_VALUES])),
        table_columns=tuple(map(str, headers)) if isinstance(headers, list) else (),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    # A JSON number or truth value is what the source would print; 1.0 stays 1.0.
    return json.dumps(value) if isinstance(value, (bool, dict, list)) else str(value)


def train(
    corpus: Annotated[
        list[Path] | None, typer.Option(help="JSON lines (.gz too) with labelled columns; may be given several times.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where to write the model; without it, the product's own file.")
    ] = None,
) -> None:
    """Train the column model on generated and given columns, print its quality on sources it has not seen."""
    from pursight_app.assistant import training
    from pursight_app.assistant.column_model import ARTEFACT
    from pursight_app.services.classification_training import train_model

    try:
        report = train_model(corpus or [], output or Path(training.__file__).parent / ARTEFACT)
    except InvalidInputError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(2) from error
    print(report)
