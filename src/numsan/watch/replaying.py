"""`numsan replay`: a copy of this process runs the program up to the recorded step and tells how it went there."""

from __future__ import annotations

import hashlib
import os
from typing import Any, cast

import torch

from numsan.core.config import RunOptions
from numsan.watch import launch, rerun
from numsan.watch.program import standing_by
from numsan.watch.session import say


def replay(options: RunOptions, capsule: dict[str, Any], step: int, expect: str) -> int:
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        say(str(error))
        return 2
    for difference in _differences(capsule):
        say(difference)
    standby = standing_by(options, code, module)
    found: dict[str, Any] | None = rerun.again(
        options, standby, rerun.Request(step=step, mode="reached"), float("inf")
    )
    if found is None:
        say(f"the program ended before step {step}, or could not be run again")
        return 1
    if found["finite"]:
        say(f"step {step} is finite")
        return 0 if expect == "finite" else 1
    say(_told(found, capsule, step))
    return 0 if expect == "nonfinite" and found["step"] == step and _same(found, capsule) else 1


def _same(found: dict[str, Any], capsule: dict[str, Any]) -> bool:
    return (found["loss"], found["signature"]) == (capsule.get("loss"), capsule.get("signature"))


def _told(found: dict[str, Any], capsule: dict[str, Any], step: int) -> str:
    if found["step"] != step:
        return f"step {found['step']} failed, the recorded one was step {step}"
    if _same(found, capsule):
        return f"step {step} failed again: the same loss, weights and gradients bit for bit"
    recorded: dict[str, Any] = capsule.get("signature") or {}
    unlike = [k for k, v in found["signature"].items() if recorded.get(k) != v]
    unlike = (["loss"] if found["loss"] != capsule.get("loss") else []) + unlike
    return f"step {step} failed again, but not with the same bits: {', '.join(unlike)} differ"


def _differences(capsule: dict[str, Any]) -> list[str]:
    """What may keep the step from having the same bits."""
    found: list[str] = []
    if capsule.get("torch") != str(torch.__version__):
        found.append(f"torch here is {torch.__version__}, the run had {str(capsule.get('torch'))!r}")
    files: Any = capsule.get("files")
    known = cast("dict[str, Any]", files) if isinstance(files, dict) else {}
    for file, text in known.items():
        try:
            with open(os.path.join(os.getcwd(), file), "rb") as stream:
                now = hashlib.sha256(stream.read()).digest()
        except (OSError, ValueError):
            found.append(f"{file!r} is not here")
            continue
        if now != hashlib.sha256(str(text).encode()).digest():
            found.append(f"{file!r} has changed since the run; what is here now is run")
    return found
