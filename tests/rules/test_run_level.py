"""Rules that read a whole run: executed on real (small) trainings."""

from __future__ import annotations

import math

import torch

from numsan import rules
from numsan.core.op import Leaf
from numsan.core.rule import ask, get
from numsan.core.trace import History, StepNorms
from tests.rules.seen import stats_of

rules.load()


def descent(lr: float, steps: int = 60) -> History:
    """Gradient descent on a quadratic bowl of curvature 4: stable below lr = 0.5."""
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    history = History()
    for step in range(steps):
        loss = (2 * x**2).sum()
        (grad,) = torch.autograd.grad(loss, x)
        history.norms.append(StepNorms(step=step, loss=float(loss), grad=float(grad.norm()), lr=lr))
        if not math.isfinite(float(loss)):
            break
        with torch.no_grad():
            x -= lr * grad
    return history


def test_exploding_training_is_named_with_its_growth() -> None:
    watch = get("exploding-training").watch
    assert watch is not None
    says = watch(descent(2.0))
    assert says is not None and "times in" in says
    assert watch(descent(0.1)) is None
    assert watch(History()) is None


def test_nonfinite_batch_is_counted() -> None:
    bites = get("NS701").bites
    assert bites is not None
    bad = torch.tensor([[1.0, float("nan")], [float("inf"), -3.0]])
    says = bites(batch=Leaf("batch", stats_of(bad)))
    assert (
        says == "`batch` holds 1 nan and 1 +inf among 4 elements of shape 2x2; the finite ones lie in [-3, 1]"
    )
    assert bites(batch=Leaf("batch", stats_of(torch.ones(3)))) is None
    assert ask.__doc__


def test_scaler_overflow_is_real() -> None:
    """What NS601 warns about: a scaled float16 gradient overflows, a direct step uses it."""
    w = torch.tensor([1.0], requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=65536.0)
    loss = (w.half() * 300.0).float().sum()
    scaler.scale(loss).backward()
    opt.step()
    assert not torch.isfinite(w).all()
