"""What a failing step needs to be run again, as files: safetensors and JSON, nothing that could hold code to unpickle.

`capsule.json`: the program, its files' text, versions, flags, samples, and digests of weights and gradients by which
a later run knows that it reached the same bits. `capsule/*.safetensors`: weights and buffers, optimizer state, random
states, the batch. What is too large or of a kind that the format lacks is named in `missing`.
"""

from __future__ import annotations

import json
import os
import platform
import random
import sys
from typing import TYPE_CHECKING, Any

import torch

from numsan import __version__
from numsan.core.files import CAPSULE
from numsan.watch import hooks, modules
from numsan.watch.digest import digest, plain_copy
from numsan.watch.loader import indices_of
from numsan.watch.source import user_files
from numsan.watch.trips import Trip

if TYPE_CHECKING:
    from numsan.watch.session import Session

_MOST_BYTES = 4 << 30
Tensors = dict[str, torch.Tensor]


def write(session: Session, trip: Trip, signed: dict[str, Any], folder: str) -> None:
    """`signed`: step, loss and signature when it failed. Raises: OSError where the folder cannot be written."""
    missing: list[str] = []
    os.makedirs(os.path.join(folder, "capsule"), exist_ok=True)
    parts = {
        "weights": _weights(), "optimizer": _optimizers(session), "random": _streams(), "batch": _batch(session)
    }  # fmt: skip
    for name, tensors in parts.items():
        _save(os.path.join(folder, "capsule", f"{name}.safetensors"), name, tensors, missing)
    with open(os.path.join(folder, "capsule.json"), "w", encoding="utf-8") as file:
        json.dump({**_head(session, trip, missing), **signed}, file, indent=1)


def signature(session: Session, trip: Trip) -> dict[str, str | None]:
    """By which two runs of one step are compared: weights, and gradients where the step got so far."""
    made = session.made(trip)
    params = made.params if made is not None else []
    grads = None if trip.what == "loss" else digest(p.grad for p in params)
    return {"weights": digest(params), "gradients": grads}


def _head(session: Session, trip: Trip, missing: list[str]) -> dict[str, Any]:
    options = session.options
    batch = next(reversed(session.batches.recent), None)
    return {
        "schema": CAPSULE, "numsan": __version__, "torch": str(torch.__version__), "python": platform.python_version(),
        "program": {"script": options.script, "module": options.module, "args": list(options.args)},
        "what": trip.what, "where": trip.where,
        "samples": indices_of(batch) if batch is not None else [],
        "flags": _flags(), "python_random": list(random.getstate()[1]), "schedulers": _scalars(session),
        "files": _texts(session), "missing": missing,
    }  # fmt: skip


def _flags() -> dict[str, Any]:
    return {
        "threads": torch.get_num_threads(), "default_dtype": str(torch.get_default_dtype()),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "matmul_precision": torch.get_float32_matmul_precision(), "cuda": torch.version.cuda,
        "cpu": torch.backends.cpu.get_cpu_capability(), "flush_denormal": float(torch.tensor(1e-40)) == 0.0,
    }  # fmt: skip


def _texts(session: Session) -> dict[str, str]:
    """The user's files as they are on the disk, those that were imported."""
    texts: dict[str, str] = {}
    for path in user_files():
        try:
            with open(path, encoding="utf-8") as file:
                texts[os.path.relpath(path, session.again.folder)] = file.read()
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return texts


def _weights() -> Tensors:
    live = modules.live_modules()
    names = modules.tensor_names(live)
    return {names[id(t)]: t for m in live for _, t in hooks.own_tensors(m) if id(t) in names}


def _optimizers(session: Session) -> Tensors:
    found: Tensors = {}
    for i, (optimizer, made) in enumerate(list(session.sentinel.optimizers.items())):
        for j, p in enumerate(made.params):
            for key, value in optimizer.state.get(p, {}).items():
                if isinstance(value, torch.Tensor):
                    found[f"{i}.{j}.{key}"] = value
    return found


def _scalars(session: Session) -> list[dict[str, Any]]:
    """Numbers of the optimizers' groups: learning rates as schedulers left them, betas, epsilons."""
    return [
        {k: v for k, v in group.items() if isinstance(v, bool | int | float | str)}
        for optimizer in list(session.sentinel.optimizers)
        for group in optimizer.param_groups
    ]


def _streams() -> Tensors:
    found: Tensors = {"torch": torch.get_rng_state()}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        found["numpy"] = torch.tensor([int(x) for x in numpy.random.get_state()[1]])
    return found


def _batch(session: Session) -> Tensors:
    batch = next(reversed(session.batches.recent), None)
    leaves: list[Any] = hooks.tree_leaves(batch.data) if batch is not None else []
    return {str(i): t for i, t in enumerate(leaves) if isinstance(t, torch.Tensor)}


def _save(path: str, name: str, tensors: Tensors, missing: list[str]) -> None:
    from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType]

    kept: Tensors = {}
    room = _MOST_BYTES
    for key, tensor in tensors.items():
        room -= tensor.numel() * tensor.element_size()
        if room < 0 or not hooks.ordinary(tensor) or tensor.is_complex():
            missing.append(
                f"{name}: {key} ({'too large' if room < 0 else 'of a kind that cannot be stored'})"
            )
        else:
            kept[key] = plain_copy(tensor)
    save_file(kept, path)
