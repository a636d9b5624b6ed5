"""The run folder: `run.json`, `steps.f32` appended step by step, `findings.jsonl`. Readable after a kill at any byte."""

from __future__ import annotations

import json
import os
import platform
import struct
import sys
from typing import Any

import torch

from numsan import __version__
from numsan.core.trace import StepNorms

SCHEMA = "numsan.run/1"
FIELDS = ("step", "loss", "grad", "weight", "lr")
_RECORD = struct.Struct("<5f")
_NAN = float("nan")


class Store:
    """Appends fixed records; a disk that refuses costs one line and ends the writing, never the run."""

    def __init__(self, folder: str, program: list[str]) -> None:
        self.folder = folder
        self.problem: str | None = None
        self._steps: Any = None
        try:
            os.makedirs(folder, exist_ok=True)
            head = {
                "schema": SCHEMA, "numsan": __version__, "torch": str(torch.__version__),
                "python": platform.python_version(),
                "program": program, "argv": sys.argv, "fields": list(FIELDS), "record": "little-endian float32",
            }  # fmt: skip
            with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
                json.dump(head, file, indent=1)
            self._steps = open(os.path.join(folder, "steps.f32"), "ab", buffering=0)  # noqa: SIM115 - open for the run
        except OSError as error:
            self._stop(error)

    def step(self, n: StepNorms) -> None:
        if self._steps is None:
            return
        numbers = (n.step, n.loss if n.loss is not None else _NAN, n.grad, n.weight or 0.0, n.lr or 0.0)
        try:
            self._steps.write(_RECORD.pack(*(min(x, 3.4e38) if x == x else x for x in numbers)))
        except (OSError, OverflowError) as error:
            self._stop(error)

    def findings(self, findings: list[dict[str, Any]]) -> None:
        try:
            with open(os.path.join(self.folder, "findings.jsonl"), "a", encoding="utf-8") as file:
                for finding in findings:
                    file.write(json.dumps(finding, allow_nan=False) + "\n")
        except OSError as error:
            self._stop(error)

    def _stop(self, error: Exception) -> None:
        if self.problem is None:
            reason = getattr(error, "strerror", None) or str(error)
            self.problem = (
                f"cannot write to {self.folder!r} ({str(reason).lower()}); the run goes on unrecorded"
            )
        self._steps = None


def read_steps(folder: str) -> list[tuple[float, ...]]:
    """The whole records in `steps.f32`; a torn last one is left out."""
    with open(os.path.join(folder, "steps.f32"), "rb") as file:
        data = file.read()
    whole = len(data) - len(data) % _RECORD.size
    return [_RECORD.unpack_from(data, at) for at in range(0, whole, _RECORD.size)]
