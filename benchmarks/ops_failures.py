"""136 measured failures of torch 2.13 on the CPU, each next to the numsan form and the exact result.

`python benchmarks/ops_failures.py` evaluates every row and writes docs/ops/failures.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from numsan import ops

HERE = Path(__file__).parent
f64, f32, f16, bf16 = torch.float64, torch.float32, torch.float16, torch.bfloat16


@dataclass(frozen=True, slots=True)
class Failure:
    group: str
    name: str
    torch: str
    numsan: str
    exact: tuple[float, ...]
    issue: str


def failures() -> list[Failure]:
    """All rows of ops_failures.txt, in order."""
    group, found = "", []
    for block in (HERE / "ops_failures.txt").read_text().split("\n\n"):
        fields: dict[str, str] = {}
        for line in block.strip().splitlines():
            if line.startswith("# "):
                group = line[2:]
            else:
                key, _, value = line.partition(": ")
                fields[key] = value
        if fields:
            exact = tuple(float(v) for v in eval(fields["exact"], {"inf": math.inf, "nan": math.nan}))
            found.append(
                Failure(
                    group, fields["name"], fields["torch"], fields["numsan"], exact, fields.get("issue", "")
                )
            )
    return found


def t(value: Any, dtype: torch.dtype | None = None) -> Tensor:
    return torch.tensor(value, dtype=dtype)


def gr(
    f: Callable[..., Tensor],
    *xs: Any,
    dtype: torch.dtype | None = None,
    stat: Callable[[Tensor], Any] | None = None,
) -> Any:
    """Gradient of the sum of f, as a list; with several inputs a list of lists."""
    leaves = [
        torch.as_tensor(x).detach().clone().to(dtype or torch.as_tensor(x).dtype).requires_grad_() for x in xs
    ]
    grads = torch.autograd.grad(f(*leaves).sum(), leaves)
    if stat:
        return stat(grads[0])
    return grads[0].tolist() if len(grads) == 1 else [g.tolist() for g in grads]


def _ok(f: Callable[[Tensor], Tensor]) -> bool:
    try:
        return all(bool(f(torch.tensor([0.25], dtype=d)).isfinite().all()) for d in (f16, bf16))
    except (RuntimeError, NotImplementedError):
        return False


def _opt(make: Any, dtype: torch.dtype, grad: float, kept: bool = False) -> float:
    """The weight 1 after one step with lr 1e-3; with its remainder where updates are compensated."""
    w = torch.ones(1, dtype=dtype, requires_grad=True)
    optimizer = make([w], lr=1e-3)
    compensation = ops.Compensation(optimizer) if kept else None
    w.grad = torch.full_like(w, grad)
    optimizer.step()
    return w.item() + (compensation.remainders[w].item() if compensation else 0.0)


def _kept(steps: int, update: float) -> float:
    w = torch.ones(1, dtype=bf16, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=update)
    compensation = ops.Compensation(optimizer)
    for _ in range(steps):
        w.grad = torch.ones_like(w)
        optimizer.step()
    return w.item() + compensation.remainders[w].item()


def _clip(dtype: torch.dtype, size: float, safe: bool = False) -> list[float]:
    """(norm, first gradient) after clipping 1000 equal gradients to norm 1."""
    w = torch.zeros(1000, dtype=dtype, requires_grad=True)
    w.grad = torch.full_like(w, size)
    norm = ops.clip_grad_norm_([w], 1.0).norm if safe else torch.nn.utils.clip_grad_norm_([w], 1.0).item()
    return [norm, w.grad[0].item()]


NAMES = {
    "T": torch, "F": torch.nn.functional, "S": torch.special, "D": torch.distributions,
    "math": math, "ops": ops,
    "t": t, "gr": gr, "inf": math.inf, "f64": f64, "f32": f32, "f16": f16, "bf16": bf16,
    "_ok": _ok, "_opt": _opt, "_kept": _kept, "_clip": _clip,
}  # fmt: skip


def evaluate(expression: str) -> tuple[float | str, ...]:
    """The numbers an expression gives, flattened; names stay text."""
    torch.manual_seed(0)

    def flat(value: Any) -> list[Any]:
        if isinstance(value, list | tuple):
            return [x for v in value for x in flat(v)]
        return [value if isinstance(value, str) else float(value)]

    return tuple(flat(eval(expression, dict(NAMES))))


def right(
    got: tuple[float | str, ...], exact: tuple[float, ...], rel: float = 5e-3, floor: float = 1e-6
) -> bool:
    """Whether all numbers agree: half formats limit how closely; 0 is right up to `floor`."""
    if len(got) != len(exact):
        return False
    return all(
        isinstance(a, float) and (a == b or math.isclose(a, b, rel_tol=rel, abs_tol=floor if b == 0 else 0.0))
        for a, b in zip(got, exact, strict=True)
    )


def _shown(values: tuple[float | str, ...]) -> str:
    short = [v if isinstance(v, str) else f"{v:.9g}" for v in values[:4]]
    return ", ".join(short) + (" ..." if len(values) > 4 else "") if values else "(none)"


def table() -> str:
    """The page, every number freshly computed."""
    lines = [
        "# 136 failures of torch, and what to write instead",
        "",
        f"Generated by `benchmarks/ops_failures.py` with torch {torch.__version__.split('+')[0]} on the CPU;",
        "every row is executed by `tests/ops/test_failures.py`. `gr(f, *x)` is the gradient of f(*x).sum(),",
        "`t` is `torch.tensor`, `_opt`, `_clip` and `_kept` are small training steps defined in the script.",
    ]
    group = ""
    for row in failures():
        if row.group != group:
            group = row.group
            lines += [
                "",
                f"## {group}",
                "",
                "| what | torch | gives | numsan | gives | exact |",
                "|---|---|---|---|---|---|",
            ]
        name = f"[{row.name}]({row.issue})" if row.issue else row.name
        cells = [
            name,
            f"`{row.torch}`",
            _shown(evaluate(row.torch)),
            f"`{row.numsan}`",
            _shown(evaluate(row.numsan)),
        ]
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in [*cells, _shown(row.exact)]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = HERE.parent / "docs" / "ops" / "failures.md"
    target.write_text(table())
    print(target)
