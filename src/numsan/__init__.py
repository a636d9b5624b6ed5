"""numsan: a numerical sanitizer for PyTorch training."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numsan import ops as ops
    from numsan.core.finding import Finding as Finding
    from numsan.core.finding import Report as Report
    from numsan.gradcheck import gradcheck as gradcheck

__version__ = "0.1.0"

# Looked up on first use: `import numsan` must stay cheap and must not import torch.
_HOME = {"Finding": "numsan.core.finding", "Report": "numsan.core.finding"}
_MODULES = ("gradcheck", "ops")


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"numsan.{name}")
    raise AttributeError(f"module 'numsan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_MODULES])
