"""Reports that the tests of every format print."""

from __future__ import annotations

from numsan.core.finding import Finding, Fix, Link, Operand, Proof, Report, Signal

SOURCE = {
    "losses.py": """\
import torch


def normalise(x):
    s = (x * x).sum(-1, keepdim=True)
    return x / s.sqrt()


def loss(a, b):
    return (normalise(a) - normalise(b)).pow(2).mean()
""",
    "model.py": """\
class Head(nn.Module):
\tdef forward(self, 損失, mask):
\t\tδ = 1  # 重み
\t\treturn torch.log(
\t\t\ttorch.softmax(損失 + mask, dim=-1)
\t\t).mean()  # 平均

""",
    "long.py": "x = 1\n"
    + "total = "
    + " + ".join(f"weights[{i}]" for i in range(12))
    + " + torch.log(p) + bias\n",
    "escape.py": 'print("\x1b[2J\x1b]0;owned\x07")\ny = x.log()  # \u202e)(nac\n',
}


def source(path: str) -> list[str] | None:
    return SOURCE[path].split("\n") if path in SOURCE else None


PROVED = Finding(
    code="NS401",
    name="sqrt-at-zero",
    kind="domain",
    severity="error",
    confidence="proved",
    title="the derivative of sqrt at 0 is infinite",
    cause="s is exactly 0 in row 9, because sample 777 is all zeros: the backward pass computes "
    "1 / (2 * sqrt(0)) = inf, and inf * 0 = nan one operation later",
    file="losses.py",
    line=6,
    end_line=6,
    column=15,
    end_column=23,
    function="normalise",
    module="encoder.head",
    phase="backward",
    op="sqrt",
    operands=(
        Operand(name="s", shape=(32, 1), dtype="float32", min=0.0, max=6.412345, bad_index=((9, 0),)),
        Operand(name="x", shape=(32, 128), dtype="float32", min=-1234567.0, max=3.0),
    ),
    chain=(
        Link(file="losses.py", line=6, op="sqrt", says="its derivative at 0 is inf"),
        Link(file="losses.py", line=5, op="mul", says="inf * 0 = nan"),
    ),
    samples=(777,),
    proof=(
        Proof(experiment="replay", outcome="nonfinite", detail="3 of 3, bit for bit"),
        Proof(experiment="without sample 777", outcome="finite", detail="loss 0.3121"),
        Proof(experiment="float64", outcome="not-run", detail="stopped after 40 steps' time"),
    ),
    fix=Fix(
        summary="add a small positive number under the root, below the smallest norm that matters",
        diff="--- a/losses.py\n+++ b/losses.py\n@@ -6 +6 @@\n"
        "-    return x / s.sqrt()\n+    return x / (s + 1e-12).sqrt()\n",
        verified=True,
    ),
)

MULTILINE = Finding(
    code="NS101",
    name="log-of-softmax",
    kind="underflow",
    severity="error",
    confidence="likely",
    title="log of a softmax that rounded to 0",
    cause="the smallest probability is 0 in float16, whose smallest number is 5.96e-08",
    file="model.py",
    line=4,
    end_line=6,
    column=9,
    end_column=3,
    function="forward",
    samples=tuple(range(40)),
    fix=Fix(summary="use torch.log_softmax(損失 + mask, dim=-1)"),
)

SUSPECT = Finding(
    code="NS501",
    name="training-explodes",
    kind="explosion",
    severity="warning",
    confidence="suspect",
    title="the gradient norm grew 1.8e+04-fold in 12 steps",
    cause="the gradient norm went from 3.1 to 5.6e+04",
    file="long.py",
    line=2,
    column=SOURCE["long.py"].index("torch.log") - len("x = 1\n"),
    end_column=SOURCE["long.py"].index(" + bias") - len("x = 1\n"),
)

HOSTILE = Finding(
    code="NS301",
    name="log-of-zero",
    kind="domain",
    severity="error",
    confidence="likely",
    title="log of 0 \x1b[31m",
    cause="x is 0\x1b]8;;http://evil\x07 here\nand there",
    file="escape.py",
    line=2,
    column=4,
    end_column=11,
    function="f\x9b",
    operands=(Operand(name="\x1b[1mx", shape=(), dtype="float32", min=None, max=None),),
)


def failed(*findings: Finding) -> Report:
    return Report(
        status="failed",
        script="train.py",
        steps=2417,
        failed_step=2417,
        first_signal=Signal(what="gradient", where="encoder.0.weight"),
        findings=findings,
    )


HEALTHY = Report(status="healthy", script="train.py", steps=2417)
REPORTS = {
    "proved": failed(PROVED, SUSPECT),
    "multiline": failed(MULTILINE),
    "warning": Report(status="warning", script="train.py", steps=1, findings=(SUSPECT,)),
    "hostile": failed(HOSTILE),
    "no_cause": failed(),
    "healthy": HEALTHY,
}
