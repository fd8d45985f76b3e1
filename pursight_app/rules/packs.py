"""Reads the starter packs: YAML files that become rows of a workspace."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

PACKS = ("gdpr", "pci_dss")


@dataclass(frozen=True, slots=True)
class PackRule:
    """One rule as a pack file states it; the fields are those of models.Rule."""

    pack: str
    framework: str
    key: str
    title: str
    severity: str
    scope: str
    condition: str
    description: str
    remediation: str


@cache
def pack_rules() -> tuple[PackRule, ...]:
    """Every rule of every pack, in file order."""
    return tuple(rule for pack in PACKS for rule in _read(pack))


def _read(pack: str) -> list[PackRule]:
    text = files("pursight_app.rules").joinpath("packs", f"{pack}.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    return [PackRule(pack=pack, framework=content["framework"], **rule) for rule in content["rules"]]
