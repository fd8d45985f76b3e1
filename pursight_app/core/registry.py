"""Finds plug-ins: every module of a package that defines one object of the wanted kind under a fixed name."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def modules_of(package: str) -> tuple[ModuleType, ...]:
    """Every importable public module directly inside `package` but `base`, sorted by name."""
    parent = importlib.import_module(package)
    names = sorted(found.name for found in pkgutil.iter_modules(parent.__path__))
    return tuple(
        importlib.import_module(f"{package}.{name}") for name in names if name != "base" and not name.startswith("_")
    )
