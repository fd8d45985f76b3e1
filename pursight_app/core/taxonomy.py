"""The data classes that PurSight knows: group, sensitivity, regulations and definition of each. Says nothing on how a class is found."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


class Sensitivity(StrEnum):
    """How much harm a leak of the data does, from `public` to `restricted`."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """Place in the order, 0 (public) to 3 (restricted). Compare ranks: the members themselves compare as text."""
        return _ORDER[self]

    @property
    def is_sensitive(self) -> bool:
        """True for confidential and restricted data."""
        return self.rank >= Sensitivity.CONFIDENTIAL.rank


_ORDER = {level: rank for rank, level in enumerate(Sensitivity)}


@dataclass(frozen=True, slots=True)
class DataClass:
    """One kind of value, e.g. `iban`. `regulations` are short names such as GDPR or PCI-DSS, empty when none applies."""

    name: str
    group: str
    sensitivity: Sensitivity
    regulations: tuple[str, ...]
    definition: str


def _read_taxonomy() -> dict[str, DataClass]:
    text = files("pursight_app.core").joinpath("taxonomy.csv").read_text(encoding="utf-8")
    return {
        row["type"]: DataClass(
            name=row["type"],
            group=row["group"],
            sensitivity=Sensitivity(row["sensitivity"]),
            regulations=tuple(part for part in row["regulations"].split(";") if part),
            definition=row["definition"],
        )
        for row in csv.DictReader(text.splitlines())
    }


TAXONOMY: dict[str, DataClass] = _read_taxonomy()
"""Every data class by name, in the order of the file (grouped)."""
