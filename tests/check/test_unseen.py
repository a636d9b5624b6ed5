"""What is right and not worth saying stays unsaid at the regular appetite; its neighbour that is worth it is said."""

from __future__ import annotations

import textwrap

import pytest

from numsan.check.engine import matches_in

# (said, unsaid): the same rule speaks about the first and not about the second
PAIRS = {
    "digits below the rounding of a sum": (
        "NS202",
        "def f(h, x, a, b):\n    return a * ((torch.exp(-h) - 1) / h + 1) * x",
        "def f(h, x, a, b):\n    return b * x - a * (torch.exp(-h) - 1) * x",
    ),
    "a difference of second order": (
        "NS202",
        "def f(r, s):\n    return s * (torch.exp(r) - 1) - s * r",
        "def f(r, s):\n    return s * (torch.exp(r) - 1) + 255.0",
    ),
    "the size of noise": (
        "NS202",
        "def f(h, s, x):\n    return s * torch.sqrt(torch.exp(2 * h) - 1) * x",
        "def f(h, s, noise):\n    return s * torch.sqrt(torch.exp(2 * h) - 1) * noise",
    ),
    "a rotation": (
        "NS205",
        "def f(t, s):\n    return (1 - torch.cos(t)) * s",
        "def f(t, v, k):\n    c = 1 - torch.cos(t)\n    return v * torch.cos(t) + k * c",
    ),
    "a window": (
        "NS205",
        "def f(t):\n    return 1 - torch.cos(t)",
        "def f(n):\n    t = torch.linspace(0, 3, n)\n    return 1 - torch.cos(t)",
    ),
    "float64 for the digits": (
        "NS209",
        "def f(x, y):\n    return (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T",
        "def f(x, y):\n    x, y = x.double(), y.double()\n"
        "    return (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T",
    ),
    "an inverse that is needed": (
        "NS207",
        "def f(c, m):\n    p = torch.linalg.inv(c)\n    return p @ m",
        "def f(c, m):\n    p = torch.linalg.inv(c)\n    return p @ m, -0.5 * p",
    ),
    "a camera": (
        "NS207",
        "def f(cov, m):\n    return torch.linalg.inv(cov) @ m",
        "def f(intrinsics, m):\n    return torch.linalg.inv(intrinsics) @ m",
    ),
    "a mask that a method makes": (
        "NS303",
        "class A:\n    def f(self, x, mask):\n        return (x * mask).sum(1) / mask.sum(1)",
        "class A:\n    def f(self, x, n):\n        mask = self.spans(n)\n        return (x * mask).sum(1) / mask.sum(1)",
    ),
    "padding of a whole batch": (
        "NS303",
        "def f(x, attention_mask):\n    return (x * attention_mask).sum(1) / attention_mask.sum(1)",
        "def f(x, attention_mask):\n    return (x * attention_mask).sum() / attention_mask.sum()",
    ),
    "a random vector": (
        "NS402",
        "def f(x):\n    return torch.sqrt((x * x).sum(1))",
        "def f(n):\n    x = torch.randn((n, 4))\n    return torch.sqrt((x * x).sum(1))",
    ),
    "a number without a gradient": (
        "NS401",
        "def f(s, t):\n    return max(s**2 - t**2, 0.0) ** 0.5",
        "def f(s, t):\n    s, t = s.item(), t.item()\n    return max(s**2 - t**2, 0.0) ** 0.5",
    ),
    "a share of two shares": (
        "NS302",
        "def f(x):\n    a = torch.relu(x)\n    return a / a.sum(-1, keepdim=True)",
        "def f(x, y, g):\n    g = torch.sigmoid(g)\n    a = (1 - g) * x.softmax(-1) + g * y.softmax(-1)\n"
        "    return a / a.sum(-1, keepdim=True)",
    ),
    "measured only": (
        "NS105",
        "def f(log_prob, old_log_prob):\n    return torch.exp(log_prob - old_log_prob)",
        "def f(log_prob, old_log_prob):\n    with torch.no_grad():\n"
        "        return torch.exp(log_prob - old_log_prob)",
    ),
    "a Function's own backward": (
        "NS402",
        "def f(x):\n    return (x**2).sum(-1).sqrt()",
        "class F(torch.autograd.Function):\n    @staticmethod\n    def backward(ctx, x):\n"
        "        return (x**2).sum(-1).sqrt()",
    ),
    "a test": (
        "NS302",
        "def f(m):\n    return 1 / (m > 0).sum()",
        "import pytest\n\ndef f(m):\n    return 1 / (m > 0).sum()",
    ),
    "a smaller minus a larger": (
        "NS115",
        "def f(a, b):\n    return (a - b).exp().log1p() + b",
        "def f(minval, maxval):\n    return (minval - maxval).exp().log1p() + maxval",
    ),
    "the nearest": (
        "NS209",
        "def f(x, y):\n    return (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T",
        "def f(x, y):\n    d = (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T\n"
        "    return torch.argmin(d, 1)",
    ),
    "a change of coordinates": (
        "NS207",
        "def f(a, m, x):\n    return torch.linalg.inv(a @ a.T) @ m @ x",
        "def f(a, m, s):\n    return torch.linalg.inv(a) @ m @ s",
    ),
    "bounded by every caller": (
        "NS309",
        "def g(x):\n    return 0.5 * (x.log1p() - (-x).log1p())",
        "def f(x):\n    return g(x.clamp(-0.9, 0.9))\n\n\n"
        "def g(x):\n    return 0.5 * (x.log1p() - (-x).log1p())",
    ),
    "filled after the question": (
        "NS307",
        "def f(x, y):\n    known = torch.isfinite(y)\n    return (x - y) ** 2 * known",
        "def f(x, y):\n    known = torch.isfinite(y)\n    y = fill(y)\n    return (x - y) ** 2 * known",
    ),
    "what was drawn": (
        "NS301",
        "def f(probs, action):\n    return probs.gather(1, action).log()",
        "def f(probs):\n    action = torch.multinomial(probs, 1)\n    return probs.gather(1, action).log()",
    ),
    "classes that occur": (
        "NS304",
        "def f(q, n):\n    return q[n > 0].mean()",
        "def f(q, n):\n    q = torch.where(n > 0, q / n, 0.0)\n    return q[n > 0].mean()",
    ),
    "initial values": (
        "NS202",
        "def f(x):\n    return torch.exp(x) - 1",
        "def _init_weights(x):\n    return torch.exp(x) - 1",
    ),
    "units of hundreds": (
        "NS201",
        "def f(x):\n    return torch.log(1 + x / 2)",
        "def f(x):\n    return torch.log(1 + x / 700)",
    ),
    "positions over an extent": (
        "NS302",
        "def f(x, m):\n    return (x + 0.5) / (m > 0).sum(1)",
        "def f(m):\n    y, x = torch.meshgrid(torch.linspace(0, 1, 9), torch.linspace(0, 1, 9))\n"
        "    return (x + 0.5) / (m > 0).sum(1)",
    ),
    "sizes": (
        "NS314",
        "def f(snr):\n    return min(snr, 5.0) / snr",
        "def f(x, n):\n    return min(n, x.shape[0]) / x.shape[0]",
    ),
    "an operation by its own name": (
        "NS404",
        "def angle(x):\n    return torch.acos(x.clamp(-1, 1))",
        "def acos(x):\n    return torch.acos(x.clamp(-1, 1))",
    ),
    "a density": (
        "NS105",
        "def f(self, x):\n    return torch.exp(self.a.log_prob(x) - self.b.log_prob(x))",
        "class T:\n    def log_prob(self, x):\n        return self.a.log_prob(x) - self.norm\n\n"
        "    def mean(self):\n        return torch.exp(self.log_prob(self.low)) * self.scale",
    ),
    "the density of Gumbel's distribution": (
        "NS106",
        "def f(s, error):\n    return torch.exp(-s) * error + s",
        "def f(z):\n    return -(z + torch.exp(-z))",
    ),
    "an infinity that is put in bounds": (
        "NS124",
        "def f(x, m):\n    return torch.where(m, x, -1e8).softmax(-1)",
        "def f(x):\n    return torch.where(torch.isfinite(x), x, -1e8)",
    ),
    "drawn from [0, 1)": (
        "NS301",
        "def f(d_fake):\n    return torch.log(1.0 - d_fake)",
        "import numpy as np\ndef f(rng):\n    return np.log(1.0 - rng.rand())",
    ),
    "degrees that are not 0": (
        "NS310",
        "def f(deg):\n    return deg.pow(-0.5)",
        "def f(deg):\n    used = deg > 0\n    return deg[used].float().rsqrt()",
    ),
    "an infinity that is overwritten": (
        "NS310",
        "def f(deg):\n    d = deg.pow(-0.5)\n    return d",
        "def f(deg):\n    d = deg.pow(-0.5)\n    d[d == float('inf')] = 0\n    return d",
    ),
    "how many places a shape has": (
        "NS108",
        "def f(p):\n    return torch.log(torch.prod(p))",
        "import math\ndef f(x):\n    return math.log(math.prod(x.shape[i] for i in (0, 1)))",
    ),
    "a maximum by a function of the user": (
        "NS101",
        "def f(x, m):\n    return m + torch.log(torch.sum(torch.exp(x - m), -1))",
        "def f(x):\n    m = finite_max(x)\n    return m + torch.log(torch.sum(torch.exp(x - m), -1))",
    ),
    "a test in the function around": (
        "NS302",
        "def f(decay_steps):\n    def at(n):\n        return n / decay_steps\n    return at",
        "def f(decay_steps):\n    if decay_steps <= 0:\n        raise ValueError\n"
        "    def at(n):\n        return n / decay_steps\n    return at",
    ),
    "a bias set by hand": (
        "NS301",
        "def f(p):\n    return -torch.log((1 - p) / p)",
        "def f(prior_prob=0.01):\n    return -torch.log(torch.as_tensor((1 - prior_prob) / prior_prob))",
    ),
    "advantages": (
        "NS401",
        "def scale(x, m):\n    return ((x - m).pow(2).sum() / 9).sqrt()",
        "def standard_advantage(x, m):\n    return ((x - m).pow(2).sum() / 9).sqrt()",
    ),
    "below a threshold of their own": (
        "NS306",
        "def f(s, m):\n    return torch.softmax(s.masked_fill(m, float('-inf')), -1)",
        "def f(s, k):\n    kth = s.topk(k).values[-1]\n"
        "    return torch.softmax(s.masked_fill(s < kth, float('-inf')), -1)",
    ),
    "two infinities": (
        "NS129",
        "def f(x, m):\n    low = torch.finfo(x.dtype).min\n    return x.masked_fill(m, low) + x.masked_fill(~m, low)",
        "def f(x, m):\n    low = -float('inf')\n    return x.masked_fill(m, low) + x.masked_fill(~m, low)",
    ),
    "the diagonal": (
        "NS406",
        "def f(s, m):\n    return torch.logsumexp(s.masked_fill(m, float('-inf')), 1)",
        "def f(s):\n    m = torch.eye(len(s), dtype=torch.bool)\n"
        "    return torch.logsumexp(s.masked_fill(m, float('-inf')), 1)",
    ),
    "an argument replaced before": (
        "NS319",
        "def f(sq):\n    t = sq.sqrt()\n    return t.sin() / t",
        "def f(sq):\n    t = torch.where(sq < 1e-6, 1.0, sq).sqrt()\n    return t.sin() / t",
    ),
    "labels that occur": (
        "NS304",
        "def f(r, ids, n):\n    return [r[ids == g].mean() for g in range(n)]",
        "def f(r, ids, n):\n    out = []\n    for g in ids.unique():\n        m = ids == g\n"
        "        out.append(r[m].mean())\n    return out",
    ),
    "a buffer": (
        "NS401",
        "def f(self, a):\n    return torch.sqrt(a.clamp(min=0))",
        "def f(self, a):\n    self.register_buffer('root', torch.sqrt(a.clamp(min=0)))",
    ),
    "a product that 0 wins": (
        "NS301",
        "import tensorflow as tf\ndef f(probs):\n    return tf.math.log(probs)",
        "import tensorflow as tf\ndef f(probs):\n    return tf.math.multiply_no_nan(tf.math.log(probs), probs)",
    ),
    "a backward written by hand": (
        "NS405",
        "def f(x):\n    return torch.where(x > 0, torch.log(x), 0.0)",
        "class F(torch.autograd.Function):\n    @staticmethod\n    def backward(ctx, g):\n"
        "        (x,) = ctx.saved_tensors\n        return torch.where(x > 0, torch.log(x), 0.0) * g",
    ),
    "a maximum of an epsilon's root": (
        "NS311",
        "def f(x):\n    return x / torch.norm(x, dim=-1, keepdim=True)",
        "import numpy as np\ndef f(x, epsilon):\n    n = np.linalg.norm(x, axis=-1, keepdims=True)\n"
        "    return x / np.maximum(n, np.sqrt(np.asarray(epsilon)))",
    ),
    "an operation by its longer name": (
        "NS404",
        "def angle(x):\n    return torch.asin(x.clamp(-1, 1))",
        "def arcsin(x):\n    return torch.asin(x.clamp(-1, 1))",
    ),
    "the length of a selection": (
        "NS302",
        "import numpy as np\ndef f(x):\n    at = np.flatnonzero(x > 0)\n    return x.sum() / at.size",
        "import numpy as np\ndef f(x):\n    at = np.where(x > 0)[0]\n    if len(at) == 0:\n        return 0.0\n"
        "    return x.sum() / len(at)",
    ),
    "labels that are ignored, from a method": (
        "NS302",
        "class A:\n    def f(self, batch, loss):\n        y = self.labels(batch)\n"
        "        return loss / (y != self.ignore_index).sum()",
        "class A:\n    def f(self, batch, loss):\n        y = self.labels(batch)\n"
        "        return loss / (y != self.ignore_index).sum().clamp(min=1)",
    ),
    "a range that is made to hold 0": (
        "NS302",
        "def f(x, low, high):\n    if low > high:\n        raise ValueError\n"
        "    scale = (high.clamp(min=0.0) - low.clamp(max=0.0)) / 255\n    return x / scale",
        "def f(x, low, high):\n    if low == high:\n        return x\n"
        "    scale = (high.clamp(min=0.0) - low.clamp(max=0.0)) / 255\n    return x / scale",
    ),
    "squares of a whole row": (
        "NS302",
        "def f(x, y):\n    d = x - y\n    return 1 / (d ** 2).sum(-1)",
        "def f(x):\n    p = torch.softmax(x, -1)\n    return 1 / (p ** 2).sum(-1)",
    ),
    "a maximum that was made finite": (
        "NS101",
        "def f(x):\n    m = x.amax(1, keepdim=True) - 1\n"
        "    return m + torch.log(torch.exp(x - m + 1).sum(1))",
        "def f(x):\n    m = x.amax(1, keepdim=True).clamp_min(-1e30)\n"
        "    return m + torch.log(torch.exp(x - m).sum(1))",
    ),
    "densities scaled by their own largest one": (
        "NS116",
        "def f(p, d):\n    return torch.log((p * torch.exp(-0.5 * d ** 2)).sum(-1))",
        "def f(p, d):\n    return torch.log((p * torch.exp(d - d.max())).sum(-1)) + d.max()",
    ),
    "a choice by the label": (
        "NS301",
        "def f(logits, t):\n    p = torch.sigmoid(logits)\n    return torch.log(p * t + (1 - p) * (1 - t))",
        "def f(a, b, w):\n    return torch.log(a * w + b * (1 - w))",
    ),
    "a global norm": (
        "NS311",
        "import jax\nimport optax\ndef f(updates):\n    n = optax.global_norm(updates)\n"
        "    return jax.tree.map(lambda g: g / n, updates)",
        "import jax\nimport jax.numpy as jnp\nimport optax\ndef f(updates):\n"
        "    n = optax.global_norm(updates)\n"
        "    return jax.tree.map(lambda g: jnp.where(n > 1.0, g / n, g), updates)",
    ),
    "a share of nobody": (
        "NS302",
        "def f(filtered_probs, predicted_probs):\n    return filtered_probs / predicted_probs",
        "def f(action_probs, old_probs):\n    return action_probs / old_probs",
    ),
    "a percentage of the target": (
        "NS302",
        "def f(y, p):\n    return ((y - p).abs() / y.abs()).mean()",
        "def f(y, p):\n    e = (y - p).abs()\n    return (e > 3) & (e / y.abs() > 0.05)",
    ),
    "an epsilon of 0": (
        "NS302",
        "class A:\n    def __init__(self, smooth=0.0):\n        self.smooth = smooth\n"
        "    def f(self, x, y):\n        return x.sum() / ((x > 0).sum() + self.smooth)",
        "class A:\n    def __init__(self, smooth=1.0):\n        self.smooth = smooth\n"
        "    def f(self, x, y):\n        return x.sum() / ((x > 0).sum() + self.smooth)",
    ),
    "what a loop counts": (
        "NS302",
        "def f(batches, hits):\n    n = 0\n    for y in batches:\n        n += (y > 0).sum()\n"
        "    return hits / n",
        "def f(batches, hits):\n    n = 1\n    for y in batches:\n        n += (y > 0).sum()\n"
        "    return hits / n",
    ),
    "eigenvalues of a covariance": (
        "NS401",
        "def f(x):\n    w, v = torch.linalg.eigh(x.T @ x)\n    return w.sqrt()",
        "def f(x, eye):\n    w, v = torch.linalg.eigh(x.T @ x + 1e-3 * eye)\n    return w.sqrt()",
    ),
    "a parameter called eye": (
        "NS311",
        "def f(eye, at):\n    z = at - eye\n    return z / z.norm()",
        "def f(n):\n    z = 2 * torch.eye(n)\n    return z / z.norm()",
    ),
    "a root of powers": (
        "NS403",
        "def f(x, p):\n    return x.pow(p).mean(-1).pow(1.0 / p)",
        "def f(x, p):\n    return x.clamp(min=1e-6).pow(p).mean(-1).pow(1.0 / p)",
    ),
    "a magnitude of two parts": (
        "NS402",
        "def f(z):\n    return torch.sqrt(z.real ** 2 + z.imag ** 2)",
        "def f(a, b):\n    return torch.sqrt(a ** 2 + b ** 2)",
    ),
    "a relu kernel": (
        "NS302",
        "def f(q, k):\n    return 1 / (torch.relu(q) @ torch.relu(k).sum(1))",
        "def f(q, k):\n    return 1 / (torch.relu(q) @ torch.relu(k).sum(1) + 1e-6)",
    ),
    "the size of a box": (
        "NS107",
        "def f(dw, w):\n    return torch.exp(dw) * w",
        "def f(dw, w):\n    return torch.exp(dw.clamp(max=4.0)) * w",
    ),
    "a count that is a number": (
        "NS302",
        "def f(x, y):\n    n = (y == 1).sum().item()\n    return x.sum() / n",
        "def f(x, y):\n    n = max((y == 1).sum().item(), 1)\n    return x.sum() / n",
    ),
    "a logarithm that a mask multiplies": (
        "NS307",
        "def f(x, mask):\n    return torch.log(x) * mask",
        "def f(x, mask):\n    return torch.log(x + 1e-6) * mask",
    ),
    "a branch by magnitude": (
        "NS405",
        "def f(x):\n    return torch.where(x.abs() > 1e-6, torch.sin(x) / x, 1.0)",
        "def f(x):\n    s = torch.where(x.abs() > 1e-6, x, 1.0)\n"
        "    return torch.where(x.abs() > 1e-6, torch.sin(s) / s, 1.0)",
    ),
    "the scale of a quantisation": (
        "NS302",
        "def f(w):\n    scale = w.abs().amax(1, keepdim=True) / 127\n    return torch.round(w / scale)",
        "def f(w, size):\n    scale = size.amax(1) * 0.7\n    return (w - size / 2) / scale",
    ),
    "the radius of a perturbation": (
        "NS302",
        "def f(grad, rho):\n    return grad * (rho / grad.norm())",
        "def f(grad, max_norm):\n    return grad * (max_norm / grad.norm())",
    ),
    "a vector with itself": (
        "NS302",
        "def f(r, new):\n    return new / (r @ r)",
        "def f(r, A, new):\n    return new / (r @ (A @ r))",
    ),
    "actions that are not legal": (
        "NS302",
        "def f(probs, legal):\n    p = probs * legal\n    return p / p.sum(-1, keepdim=True)",
        "def f(probs, legal):\n    p = probs * legal\n    return p / p.sum(-1, keepdim=True).clamp(min=1e-6)",
    ),
    "a step without an epsilon": (
        "NS302",
        "def f(p, grad, v):\n    p.addcdiv_(grad, v.sqrt(), value=-0.1)",
        "def f(p, grad, v):\n    p.addcdiv_(grad, v.sqrt().add_(1e-8), value=-0.1)",
    ),
    "a normalisation without an epsilon": (
        "NS302",
        "def f(x, mean, var):\n    return (x - mean) / torch.sqrt(var)",
        "def f(x, mean, scale):\n    return (x - mean) / torch.sqrt(scale)",
    ),
    "a division by the depth": (
        "NS302",
        "def f(p, k):\n    q = p @ k.t()\n    return q[..., :2] / q[..., 2:]",
        "def f(p, k):\n    q = p @ k.t()\n    return q[..., :2] / q[..., 2:].clamp(min=1e-6)",
    ),
    "a mel spectrogram": (
        "NS301",
        "def f(spec, bank):\n    return torch.log(spec @ bank)",
        "def f(weights, bank):\n    return torch.log(weights @ bank)",
    ),
    "a class of a confusion matrix": (
        "NS302",
        "import numpy as np\ndef f(cm):\n    return np.diag(cm) / cm.sum(axis=1)",
        "import numpy as np\ndef f(table):\n    return np.diag(table) / table.sum(axis=1)",
    ),
    "the kernel of one set": (
        "NS325",
        "def f(x):\n    return torch.linalg.cholesky(torch.exp(-torch.cdist(x, x)))",
        "def f(x, z):\n    return torch.linalg.cholesky(torch.exp(-torch.cdist(x, z)))",
    ),
    "a length that the caller asks about": (
        "NS311",
        "def unit(g, n):\n    return g / n\n\ndef f(g):\n    return unit(g, g.norm())",
        "def unit(g, n):\n    return g / n\n\ndef f(g):\n    n = g.norm()\n"
        "    return torch.where(n > 0, unit(g, n), g)",
    ),
    "what a loop counts in numbers": (
        "NS302",
        "def f(batches, hits):\n    n = 0\n    for y in batches:\n        n += (y > 0).sum().item()\n"
        "    return hits / n",
        "def f(batches, hits):\n    n = 0\n    for y in batches:\n        n += (y > 0).sum().item()\n"
        "    return hits / max(n, 1)",
    ),
    "that one of several happens": (
        "NS301",
        "def f(p):\n    return torch.log(1 - torch.prod(1 - p, dim=1))",
        "def f(p):\n    return torch.log((1 - torch.prod(1 - p, dim=1)).clamp(min=1e-6))",
    ),
    "zeros that are overwritten where they stand": (
        "NS301",
        "def f(probs):\n    return torch.log(probs)",
        "def f(probs):\n    probs[probs == 0] = 1e-8\n    return torch.log(probs)",
    ),
    "a spectrum without its zeros": (
        "NS301",
        "import numpy as np\ndef f(y):\n    s = np.abs(np.fft.rfft(y))\n    return np.log(s)",
        "import numpy as np\ndef f(y):\n    s = np.abs(np.fft.rfft(y))\n    return np.log(s[s > 0])",
    ),
    "the pitch of a voice": (
        "NS301",
        "import numpy as np\ndef f(f0):\n    return np.log(f0)",
        "import numpy as np\ndef f(f0):\n    return np.log(f0[f0 > 0])",
    ),
    "points that meet themselves": (
        "NS302",
        "def f(p, q):\n    r = (p[:, None] - p[None]).norm(dim=-1)\n    return q / r",
        "def f(p, q, i, j):\n    r = (p[:, None] - p[None]).norm(dim=-1)\n    return q / r[i, j]",
    ),
    "a diagonal that is filled": (
        "NS302",
        "import numpy as np\ndef f(p, q):\n    r = np.linalg.norm(p[:, None] - p[None], axis=-1)\n    return q / r",
        "import numpy as np\ndef f(p, q):\n    r = np.linalg.norm(p[:, None] - p[None], axis=-1)\n"
        "    np.fill_diagonal(r, np.inf)\n    return q / r",
    ),
    "an epsilon that is 0 unless somebody chooses another": (
        "NS311",
        "def f(w, eps=0.0):\n    return w / (w.norm(dim=-1, keepdim=True) + eps)",
        "def f(w, eps=1e-6):\n    return w / (w.norm(dim=-1, keepdim=True) + eps)",
    ),
    "a log-sum-exp with an epsilon": (
        "NS130",
        "def f(a, b, t):\n    return torch.log(torch.exp(a @ b.T / t).sum(1) + 1e-8)",
        "import torch.nn.functional as F\ndef f(a, b, t=0.1):\n    a, b = F.normalize(a), F.normalize(b)\n"
        "    return torch.log(torch.exp(a @ b.T / t).sum(1) + 1e-8)",
    ),
    "a quotient that is bounded": (
        "NS130",
        "def f(z):\n    return torch.log(torch.exp(z).sum(1).clamp(min=1e-12))",
        "def f(z):\n    return torch.log((1 / (1 + torch.exp(-z).sum(1))).clamp(min=1e-12))",
    ),
    "the root of an expanded square": (
        "NS228",
        "import numpy as np\ndef f(Q_squared, T_squared, QT):\n    return np.sqrt(Q_squared + T_squared - 2 * QT)",
        "import numpy as np\ndef f(Q_squared, T_squared, QT):\n    d = Q_squared + T_squared - 2 * QT\n"
        "    return np.sqrt(np.maximum(d, 0))",
    ),
    "distances that are only ranked": (
        "NS209",
        "def f(x, e):\n    return -(x.pow(2).sum(1, keepdim=True) - 2 * x @ e + e.pow(2).sum(0, keepdim=True))",
        "def f(x, e):\n    d = -(x.pow(2).sum(1, keepdim=True) - 2 * x @ e + e.pow(2).sum(0, keepdim=True))\n"
        "    return d.max(dim=-1).indices",
    ),
    "a parameter as a deviation": (
        "NS324",
        "from torch.distributions import Normal\nclass A(torch.nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.std = torch.nn.Parameter(torch.ones(2))\n"
        "    def forward(self, m):\n        return Normal(m, m * 0 + self.std)",
        "from torch.distributions import Normal\nclass A(torch.nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.std = torch.nn.Parameter(torch.ones(2))\n"
        "    def forward(self, m):\n        return Normal(m, m * 0 + self.std.exp())",
    ),
    "the only method of its name": (
        "NS102",
        "class Net(torch.nn.Module):\n    def dist(self, x):\n        return torch.softmax(self.fc(x), -1)\n\n"
        "def loss(net, x, a):\n    return -torch.log(net.dist(x)[range(4), a]).mean()",
        "class Net(torch.nn.Module):\n    def dist(self, x):\n        return torch.softmax(self.fc(x), -1).clamp(min=1e-3)"
        "\n\n"
        "def loss(net, x, a):\n    return -torch.log(net.dist(x)[range(4), a]).mean()",
    ),
    "one of two forms": (
        "NS117",
        "def f(x):\n    return torch.log1p(-torch.exp(x))",
        "def f(x):\n    far = x < -0.7\n    return torch.log1p(-torch.exp(torch.where(far, x, -0.7)))",
    ),
    "gradients that are zeroed before the turn is left": (
        "NS518",
        "def f(opt, net, xs, n):\n    k = 0\n    for x in xs:\n        opt.zero_grad()\n        net(x).backward()\n"
        "        k += 1\n        if k < n:\n            continue\n        opt.step()\n        k = 0",
        "def f(opt, net, xs, n):\n    k = 0\n    for x in xs:\n        net(x).backward()\n        k += 1\n"
        "        if k < n:\n            continue\n        opt.step()\n        opt.zero_grad()\n        k = 0",
    ),
    "the intersection of nothing": (
        "NS302",
        "def f(intersections, unions):\n    return intersections / unions",
        "def f(intersections, totals):\n    return intersections / totals",
    ),
    "distances that are only ranked by their places": (
        "NS209",
        "def f(x, e):\n    return x.pow(2).sum(1, keepdim=True) - 2 * x @ e + e.pow(2).sum(0, keepdim=True)",
        "def f(x, e):\n    d = x.pow(2).sum(1, keepdim=True) - 2 * x @ e + e.pow(2).sum(0, keepdim=True)\n"
        "    return (-d).max(1)[1]",
    ),
    "distances whose negatives are overwritten": (
        "NS209",
        "def f(x):\n    p = x @ x.t()\n    n = torch.diag(p)\n    return n.unsqueeze(0) - 2.0 * p + n.unsqueeze(1)",
        "def f(x):\n    p = x @ x.t()\n    n = torch.diag(p)\n    d = n.unsqueeze(0) - 2.0 * p + n.unsqueeze(1)\n"
        "    d[d < 0] = 0\n    return d",
    ),
    "a root of whole numbers": (
        "NS206",
        "def f(x):\n    return torch.sqrt(1 + x) - 1",
        "def f(n):\n    return int(((1 + 8 * n) ** 0.5 - 1) / 2)",
    ),
    "a product of sizes": (
        "NS138",
        "import numpy as np\ndef f(prior, probs):\n    return prior * np.prod(probs)",
        "import math\ndef f(prior, p):\n    return prior * math.prod(p)",
    ),
    "the factors of a window": (
        "NS138",
        "import math\ndef f(xs):\n    p = 1.0\n    for x in xs:\n        p *= math.exp(-x)\n    return p",
        "import math\ndef f(xs):\n    kernel = 1.0\n    for x in xs:\n        kernel *= math.exp(-x)\n    return kernel",
    ),
    "a width in logarithms": (
        "NS107",
        "def f(w, anchor_w):\n    return torch.exp(w) * anchor_w",
        "def f(w, anchor_w):\n    return torch.exp(w.clamp(max=8.0)) * anchor_w",
    ),
    "the positives of a class": (
        "NS302",
        "def f(tp, n_pos):\n    return tp / n_pos",
        "def f(tp, n_pos):\n    return tp / max(n_pos, 1)",
    ),
    "the loss of an evaluation": (
        "NS128",
        "import math\ndef f(metrics):\n    perplexity = math.exp(metrics['eval_loss'])\n    return perplexity",
        "import math\ndef f(metrics):\n    perplexity = math.exp(min(metrics['eval_loss'], 700.0))\n    return perplexity",
    ),
    "a likelihood in a branch of a loop": (
        "NS138",
        "def f(m, doc, p):\n    for t in doc:\n        if t in m:\n            p *= m.cond_prob(t)\n    return p",
        "def f(m, doc, p):\n    for t in doc:\n        if t in m:\n            p += m.cond_prob(t)\n    return p",
    ),
}


def _codes(body: str) -> set[str]:
    return {m.rule.code for m in matches_in(f"import torch\n\n{textwrap.dedent(body)}\n", "code.py")}


@pytest.mark.parametrize("name", PAIRS)
def test_said_where_it_is_worth_it(name: str) -> None:
    code, said, unsaid = PAIRS[name]
    assert code in _codes(said)
    assert code not in _codes(unsaid)


def test_a_comparison_under_errstate_is_a_choice() -> None:
    loud = "import numpy as np\nwith np.errstate(divide='ignore'):\n    r = a / b\ny = r * 2"
    quiet = "import numpy as np\nwith np.errstate(divide='ignore'):\n    r = a / b\nup = r > 1"
    assert {"NS711"} == _codes(loud)
    assert _codes(quiet) == set()
