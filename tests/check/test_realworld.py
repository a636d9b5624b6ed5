"""Defects that were reported in public projects, as they were written, beside the repaired form."""

from __future__ import annotations

import pytest

from numsan.check.engine import findings_in

CASES = [
    ("pytorch-2421", "NS402", "y = x.pow(2).sum().sqrt()", "y = torch.linalg.vector_norm(x)"),
    ("e3nn-258", "NS402", "n = (x**2).sum(-1).sqrt()", "n = (x**2).sum(-1).clamp(min=eps**2).sqrt()"),
    ("pytorch-1620", "NS102", "y = torch.log(F.softmax(x, dim=1))", "y = F.log_softmax(x, dim=1)"),
    (
        "pytorch-108618",
        "NS405",
        "y = torch.where(x > 2, torch.log2(x), 2 * x)",
        "y = torch.where(x > 2, torch.log2(torch.where(x > 2, x, 2.0)), 2 * x)",
    ),
    (
        "pytorch-68425",
        "NS405",
        "y = torch.where(a <= 0, torch.exp(a), 1 + a)",
        "y = torch.where(a <= 0, torch.exp(a.clamp(max=0)), 1 + a)",
    ),
    (
        "pytorch-seq2seq",
        "NS124",
        "a = a.masked_fill(mask == 0, -1e10)",
        "a = a.masked_fill(mask == 0, torch.finfo(a.dtype).min)",
    ),
    (
        "kornia-4007",
        "NS404",
        "y = torch.acos(torch.clamp(w, -1.0, 1.0))",
        "y = 2 * torch.atan2(torch.linalg.vector_norm(v), w)",
    ),
    (
        "pytorch_geometric",
        "NS106",
        "kl = 1 + logvar - mu**2 - torch.exp(logvar)",
        "kl = 1 + logvar - mu**2 - torch.exp(logvar.clamp(max=10))",
    ),
    ("keras-2960", "NS401", "y = x / (x.var(0).sqrt() + eps)", "y = x / (x.var(0) + eps).sqrt()"),
    (
        "nGPT-pytorch-11",
        "NS306",
        "a = s.masked_fill(~mask, float('-inf')).softmax(-1)",
        "a = s.masked_fill(~mask, torch.finfo(s.dtype).min).softmax(-1)",
    ),
    (
        "YOLOX",
        "NS312",
        "v = torch.atan(wg / hg) - torch.atan(wp / hp)",
        "v = torch.atan2(wg, hg) - torch.atan2(wp, hp)",
    ),
    (
        "torchtune-2341",
        "NS302",
        "y = loss / (labels != ignore).sum()",
        "y = loss / (labels != ignore).sum().clamp(min=1)",
    ),
    (
        "autonomous-learning",
        "NS214",
        "c = torch.log(1 - action.pow(2) + 1e-6)",
        "c = 2 * (0.6931 - u - F.softplus(-2 * u))",
    ),
    (
        "garage-1174",
        "NS214",
        "c = (1 - torch.tanh(x) ** 2 + 1e-6).log()",
        "c = 2 * (0.6931 - x - F.softplus(-2 * x))",
    ),
    ("pytorch-47240", "NS204", "v = (x * x).mean(0) - x.mean(0) ** 2", "v = x.var(0, correction=0)"),
    (
        "MONAI-1868",
        "NS204",
        "v = F.conv2d(x * x, k) - mu * mu",
        "v = F.conv2d((x - mu) * (x - mu), k)",
    ),
    (
        "wheatley-93",
        "NS305",
        "a = (adv - adv.mean()) / (adv.std() + 1e-8)",
        "a = (adv - adv.mean()) / (adv.std(correction=0) + 1e-8)",
    ),
    (
        "stellargraph",
        "NS310",
        "d = rowsum**-0.5",
        "d = rowsum.clamp(min=1) ** -0.5",
    ),
    (
        "SupContrast-142",
        "NS303",
        "m = (mask * log_prob).sum(1) / mask.sum(1)",
        "m = (mask * log_prob).sum(1) / mask.sum(1).clamp(min=1)",
    ),
    (
        "TS-TCC-25",
        "NS116",
        "y = torch.log((torch.exp(z) * m).sum(1))",
        "y = torch.logsumexp(z.masked_fill(~m, -1e4), 1)",
    ),
    ("burn-5373", "NS115", "y = torch.log(1 + torch.exp(b * x)) / b", "y = F.softplus(x, b)"),
    ("nflows-71", "NS215", "r = (-b + torch.sqrt(b * b - 4 * a * c)) / (2 * a)", "r = 2 * c / (-b - d)"),
    ("geoopt-215", "NS213", "y = torch.log(x + torch.sqrt((x * x - 1).clamp(min=0)))", "y = torch.acosh(x)"),
    ("TransformerEngine-14", "NS201", "y = torch.log(1 + x)", "y = torch.log1p(x)"),
    ("transformers-40", "NS202", "y = torch.exp(x) - 1", "y = torch.expm1(x)"),
    ("pytorch-39242", "NS117", "y = torch.log(1 - torch.exp(-x))", "y = torch.log(-torch.expm1(-x))"),
    ("flax-1671", "NS311", "w = w / w.norm(dim=1, keepdim=True)", "w = F.normalize(w, dim=1)"),
    (
        "LeetCUDA-335",
        "NS111",
        "s = x.half() ** 2",
        "s = x.half().float() ** 2",
    ),
    (
        "gpt-neox-1003",
        "NS211",
        "t = torch.arange(4096, dtype=torch.bfloat16)",
        "t = torch.arange(4096, dtype=torch.float32)",
    ),
    (
        "crnn.pytorch",
        "NS406",
        "y = torch.logsumexp(a.masked_fill(bad, -torch.inf), 1)",
        "y = torch.logsumexp(a.masked_fill(bad, torch.finfo(a.dtype).min), 1)",
    ),
]


@pytest.mark.parametrize(("origin", "code", "bad", "good"), CASES, ids=[c[0] for c in CASES])
def test_reported_defect_is_named_and_its_repair_is_not(origin: str, code: str, bad: str, good: str) -> None:
    def codes(line: str) -> set[str]:
        text = f"import torch\nimport torch.nn.functional as F\n\n\ndef f(x, y):\n    {line}\n    return x\n"
        return {finding.code for finding in findings_in(text)}

    assert code in codes(bad)
    assert codes(good) == set()
