"""Tensors so large that an operation works in blocks: the same numbers as for small ones."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numsan import ops
from numsan.ops._select import beyond, either

SIZE = 150_007  # more than two pieces, and a rest


def _gradient(name: str, x: Tensor) -> tuple[Tensor, Tensor]:
    x = x.clone().requires_grad_()
    y = getattr(ops, name)(x)
    return y.detach(), torch.autograd.grad(y.sum(), x)[0]


@pytest.mark.parametrize("name", ["ndtr", "log_ndtr", "gelu", "sinc", "softplus_inverse", "exprel"])
def test_the_same_in_pieces(name: str) -> None:
    x = torch.randn(SIZE, generator=torch.Generator().manual_seed(0)) * 4
    x[[3, 70_000, SIZE - 1]] = torch.tensor([1e-30, -95.0, float("inf")])
    x = x.abs() if name == "softplus_inverse" else x
    small = [_gradient(name, x[start : start + 999]) for start in range(0, SIZE, 999)]
    for found, parts in zip(_gradient(name, x), zip(*small, strict=True), strict=True):
        torch.testing.assert_close(found, torch.cat(parts), rtol=3e-7, atol=1e-45, equal_nan=True)


@pytest.mark.parametrize("shape", [(SIZE,), (SIZE // 7, 7), (300, 500)])
def test_rare_elements_are_found_block_by_block(shape: tuple[int, ...]) -> None:
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    flat = x.view(-1)
    assert beyond(x, 0.0, 1.0) is None
    flat[[0, 300, 90_000, -1]] = torch.tensor([-1.0, 2.0, float("nan"), 5.0])
    found = beyond(x, 0.0, 1.0)
    assert found is not None
    assert torch.equal(x[found].nan_to_num(7.0).sort().values, torch.tensor([-1.0, 2.0, 5.0, 7.0]))
    both = either(found, x > 0.999999)
    assert both is not None
    assert x[both].numel() == 4 + int((x > 0.999999).sum())


@pytest.mark.parametrize("columns", [320, 1001, 4000])
def test_long_rows(columns: int) -> None:
    x = torch.randn(5, columns, generator=torch.Generator().manual_seed(0)) * 3
    x[1] += torch.where(torch.arange(columns) == 7, 60.0, 0.0)  # one confident row
    for rows in (x, x[2:]):
        want = torch.logsumexp(rows.double(), 1).float()
        torch.testing.assert_close(ops.logsumexp(rows, 1), want, rtol=1.2e-7, atol=0.0)
        exact = torch.softmax(rows.double(), 1).float()
        torch.testing.assert_close(ops.softmax(rows, 1), exact, rtol=1.5e-6, atol=1e-45)
