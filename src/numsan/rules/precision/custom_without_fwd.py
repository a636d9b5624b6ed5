r"""## What it does

Finds an `autograd.Function` with a matrix product, applied in a file that uses autocast, without
`custom_fwd` and `custom_bwd`.

## Why it is bad

Autocast reaches into `forward`: a product that was written for float32 is computed in float16 (11 bits, largest
65504) or bfloat16 (8 bits). `backward` runs outside the block, with what `forward` saved: one of its operands
is half and the other float32, which raises, or the formats of value and gradient differ. `custom_fwd` fixes the
format of the forward pass and `custom_bwd` repeats it in the backward pass.

## Fix safety

No automatic fix: `cast_inputs=torch.float32` or none is a decision.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html#autocast-and-custom-autograd-functions
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

_GIVEN = "x = torch.full((1, 2), 1.001, requires_grad=True)\na = torch.full((2, 1), 1.001)\n"

rule = Rule(
    code="NS610",
    name="custom-function-under-autocast",
    kind="precision",
    severity="warning",
    phase="backward",
    title="a custom function computes in whatever format autocast chooses, backward in another",
    advice="decorate forward with @torch.amp.custom_fwd(device_type='cuda'), backward with @torch.amp.custom_bwd(...)",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "class Product(torch.autograd.Function):\n"
                "    @staticmethod\n"
                "    def forward(ctx, x, a):\n"
                "        ctx.save_for_backward(a)\n"
                "        return x @ a\n"
                "    @staticmethod\n"
                "    def backward(ctx, g):\n"
                "        return g * ctx.saved_tensors[0].T, None\n"
                "with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "    y = Product.apply(x, a)"
            ),
            good=(
                "class Product(torch.autograd.Function):\n"
                "    @staticmethod\n"
                "    @torch.amp.custom_fwd(device_type='cpu', cast_inputs=torch.float32)\n"
                "    def forward(ctx, x, a):\n"
                "        ctx.save_for_backward(a)\n"
                "        return x @ a\n"
                "    @staticmethod\n"
                "    @torch.amp.custom_bwd(device_type='cpu')\n"
                "    def backward(ctx, g):\n"
                "        return g * ctx.saved_tensors[0].T, None\n"
                "with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "    y = Product.apply(x, a)"
            ),
            silent=(
                "class Twice(torch.autograd.Function):\n"
                "    @staticmethod\n"
                "    def forward(ctx, x):\n"
                "        return x + x\n"
                "with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "    y = Twice.apply(x)",
            ),
            wrong_by=1e-4,
            run=False,
        ),
    ),
)

_PRODUCTS = (
    "matmul",
    "mm",
    "bmm",
    "addmm",
    "linear",
    "einsum",
    "conv1d",
    "conv2d",
    "conv3d",
    "baddbmm",
    "mv",
)


@rule.scans("autocast", ".apply", "forward")
def undecorated(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "custom_fwd" in program.code or "autocast(enabled=False" in program.code:
        return
    applied = {dotted(n.value) for n in program.nodes if isinstance(n, ast.Attribute) and n.attr == "apply"}
    for node in program.nodes:
        if not isinstance(node, ast.ClassDef) or node.name not in applied:
            continue
        if any(dotted(base).rpartition(".")[2] == "Function" for base in node.bases) and _product(node):
            shown = node.bases[0]
            yield shown, f"`{node.name}.forward` multiplies in the format that autocast chooses at each call"


def _product(node: ast.ClassDef) -> bool:
    """Whether `forward` has an operation that autocast runs in half precision."""
    forward = next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "forward"), None)
    for inner in walk(forward) if forward is not None else ():
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.MatMult):
            return True
        if isinstance(inner, ast.Attribute) and inner.attr in _PRODUCTS:
            return True
    return False
