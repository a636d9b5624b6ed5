r"""## What it does

Finds a model with BatchNorm layers that is wrapped in `DistributedDataParallel` without `SyncBatchNorm`.

## Why it is bad

Each device normalises by the mean and variance of its own part of the batch: with $n$ samples a device the
variance is wrong by about $\sqrt{2/n}$ (50 % for 8, 18 % for 64 of unrelated values), and the gradients of the devices are
those of different functions. The running statistics that are saved are those of rank 0. In every format. Above some 16
samples a device it does not matter, so a file that says such a batch size is left alone.

## Fix safety

No automatic fix: it costs a synchronisation at every layer.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.SyncBatchNorm.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.single import Values
from numsan.core.syntax import walk

# two devices in one process: each sees its half of the batch
_DEVICES = (
    "class DistributedDataParallel(torch.nn.Module):\n"
    "    def __init__(self, module):\n        super().__init__()\n        self.module = module\n"
    "    def forward(self, x):\n        return torch.cat([self.module(part) for part in x.chunk(2)])\n"
    "x = torch.cat([torch.zeros(2, 4), torch.ones(2, 4)]) + torch.linspace(0, 1, 4)\n"
    "def apart(net, one):\n    return 1 + (net(x) - one(x)).abs().amax().detach()"
)

rule = Rule(
    code="NS515",
    name="batch-norm-not-synchronised",
    kind="precision",
    severity="info",
    title="each device normalises by the statistics of its own few samples",
    advice="torch.nn.SyncBatchNorm.convert_sync_batchnorm(model) before DistributedDataParallel, or GroupNorm",
    doc=__doc__,
    examples=(
        Example(
            given=_DEVICES,
            bad="norm = torch.nn.BatchNorm1d(4)\nnet = DistributedDataParallel(norm)\ny = apart(net, norm)",
            good="norm = torch.nn.GroupNorm(1, 4)\nnet = DistributedDataParallel(norm)\ny = apart(net, norm)",
            silent=(
                "norm = torch.nn.BatchNorm1d(4)\nnorm = torch.nn.SyncBatchNorm.convert_sync_batchnorm(norm)\n"
                "net = DistributedDataParallel(norm)",
                "norm = torch.nn.BatchNorm1d(4)\nnet = DistributedDataParallel(norm)\n"
                "loader = torch.utils.data.DataLoader(data, batch_size=64)",
                "norm = torch.nn.BatchNorm1d(4)\ndef wrapped(model):\n    return DistributedDataParallel(model)",
            ),
            wrong_by=0.3,
            run=False,
        ),
    ),
)

_NORM = re.compile(r"\bBatchNorm(1d|2d|3d)\(")
_SYNCHRONISED = re.compile(r"sync_?(bn|batch)", re.I)
_ENOUGH = 16


@rule.scans("BatchNorm")
def not_synchronised(program: Program) -> Iterator[tuple[ast.AST, str]]:
    wrapped = "DistributedDataParallel(" in program.text or "DDP(" in program.text
    if not wrapped or not _NORM.search(program.text) or _SYNCHRONISED.search(program.code):
        return
    if any(size >= _ENOUGH for size in _sizes(program)):
        return
    for body in program.bodies:
        for call in body.methods("DistributedDataParallel", "DDP"):
            if call.node.args and _built(program, body, dotted(call.node.args[0])):
                yield call.node, "BatchNorm layers behind it see only this device's samples"


def _built(program: Program, body: Body, model: str) -> bool:
    """Whether the model comes from a call of this file; what is handed over can be any."""
    for node in (*body.nodes, *program.bodies[0].nodes):
        if isinstance(node, ast.Assign) and any(dotted(t) == model for t in node.targets):
            read = {dotted(n) for n in walk(node.value) if isinstance(n, ast.Name | ast.Attribute)}
            if isinstance(node.value, ast.Call) and model not in read:
                return True
    return False


def _sizes(program: Program) -> Iterator[float]:
    """Batch sizes that the file says."""
    for body in program.bodies:
        for call in body.methods("DataLoader"):
            size = call.keyword("batch_size")
            number = Values(program, body).number(size) if size is not None else None
            if number is not None:
                yield number
