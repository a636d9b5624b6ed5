"""The catalogue: one file per rule, foldered by cause. `load()` imports them all."""

from __future__ import annotations

import importlib
import pkgutil

from numsan.core.rule import CATALOG, Rule


def load() -> dict[str, Rule]:
    """Every rule by code. Importing a rule's module enters it; a code used twice is a ValueError."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(CATALOG.items()))
