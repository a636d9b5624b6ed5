"""The recorded norms decide whether training was exploding: growth counts, a healthy spike does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from numsan.core.trace import StepNorms
from numsan.diagnose.explosion import explosion


def history(losses: list[float], grads: list[float] | None = None, lr: float = 0.1) -> list[StepNorms]:
    grads = grads or [1.0] * len(losses)
    return [
        StepNorms(step=i, loss=x, grad=g, lr=lr) for i, (x, g) in enumerate(zip(losses, grads, strict=True))
    ]


def test_geometric_growth_is_an_explosion_and_says_since_when() -> None:
    seen = explosion(history([1.0] * 20 + [20.0, 400.0, 8e3, 1.6e5, 3e6]))
    assert seen is not None and seen.what == "loss" and seen.steps == 5
    assert seen.says == "the loss went from 1 to 3e+06 in the last 5 steps"


def test_gradients_can_explode_while_the_loss_looks_usual() -> None:
    seen = explosion(history([2.0] * 12, [1.0] * 10 + [1e5, 7e11]))
    assert seen is not None and seen.what == "gradient norm"


def test_a_norm_that_overflowed_counts_as_infinite() -> None:
    seen = explosion(history([1.0] * 10, [1.0] * 9 + [float("inf")]))
    assert seen is not None and seen.peak == float("inf")


def test_nothing_recorded_is_no_explosion() -> None:
    assert explosion([]) is None
    assert explosion([StepNorms(step=0, loss=None, grad=0.0)]) is None


@given(st.lists(st.floats(0.5, 50.0), min_size=1, max_size=60))
def test_losses_within_two_orders_of_magnitude_never_explode(losses: list[float]) -> None:
    assert explosion(history(losses)) is None


@given(st.lists(st.floats(1e-6, 1e-3), min_size=12, max_size=40))
def test_a_converged_run_that_flickers_never_explodes(losses: list[float]) -> None:
    assert explosion(history(losses)) is None
