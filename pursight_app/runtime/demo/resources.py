"""Reads the files beside the code: `data/` (word lists, texts) and `sql/` (declarations)."""

import csv
from importlib.resources import files


def read_text(folder: str, name: str) -> str:
    """Text of `folder`/`name`."""
    return files("pursight_app.runtime.demo").joinpath(folder, name).read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file in `data/`, by column name."""
    return list(csv.DictReader(read_text("data", name).splitlines()))
