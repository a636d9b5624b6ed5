"""The folder that a failed run leaves: the capsule and the repair, for `numsan replay` and `numsan fix`."""

from __future__ import annotations

import json
import os
import re
import time
from typing import TYPE_CHECKING, Any

from numsan.core.files import FIX
from numsan.core.finding import Report
from numsan.watch import capsule

if TYPE_CHECKING:
    from numsan.watch.session import Session

_PARENT = ".numsan"


def fresh_folder(name: str) -> str:
    """`.numsan/train-20261125-091530`, where `--out` names no other."""
    stem = re.sub(r"\W+", "-", os.path.splitext(os.path.basename(name))[0]).strip("-") or "run"
    return os.path.join(_PARENT, f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}")


def keep(session: Session, report: Report, folder: str) -> str | None:
    """Writes the folder; the one line to say where it cannot be written."""
    assert session.trip is not None
    at = os.path.join(session.again.folder, folder)
    try:
        os.makedirs(at, exist_ok=True)
        if folder.startswith(_PARENT):
            with open(
                os.path.join(session.again.folder, _PARENT, ".gitignore"), "w", encoding="utf-8"
            ) as file:
                file.write("*\n")
        capsule.write(session, session.trip, _signed(session, report), at)
        _write_fix(report, at)
    except OSError as error:
        return f"cannot write to {folder!r} ({(error.strerror or str(error)).lower()}); the failing step is not kept"
    except Exception as error:
        return f"the failing step could not be kept ({error!r}); please report it"
    return None


def _signed(session: Session, report: Report) -> dict[str, Any]:
    """Step, loss and bits by which the failure is known again; of a weight or buffer that was looked at late, they are
    those of a run that looks at every step."""
    assert session.trip is not None
    trip, step = session.trip, report.failed_step
    if trip.what in ("weight", "buffer"):
        found = session.again.ask(step=step, mode="reached")
        if found and not found["finite"]:
            return {k: found[k] for k in ("step", "loss", "signature")}
    return {"step": trip.step, "loss": repr(trip.loss), "signature": session.signed}


def fix_hint(report: Report, folder: str) -> str:
    fix = report.findings[0].fix if report.findings else None
    return (
        f"\nnumsan: apply the fix with: numsan fix --apply {folder}"
        if fix is not None and fix.verified
        else ""
    )


def _write_fix(report: Report, folder: str) -> None:
    fix = report.findings[0].fix if report.findings else None
    if fix is None or not fix.verified:
        return
    with open(os.path.join(folder, "fix.json"), "w", encoding="utf-8") as file:
        json.dump({"schema": FIX, "summary": fix.summary, "diff": fix.diff}, file, indent=1)
