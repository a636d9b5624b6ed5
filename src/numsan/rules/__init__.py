"""The catalogue: one file per rule, foldered by cause. `load()` imports them all."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from numsan.core.rule import CATALOG, Rule


def load() -> dict[str, Rule]:
    """Every rule by code. Importing a rule's module enters it; a code used twice is a ValueError."""
    _import_all()
    return dict(sorted(CATALOG.items()))


@cache
def _import_all() -> None:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
