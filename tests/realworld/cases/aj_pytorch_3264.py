# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


def lp_normalize(code, p, eps=1e-6):
    """Scale each code to unit length in the (quasi-)norm of order p."""
    mag = code.abs()
    size = mag.pow(p).sum(dim=-1, keepdim=True).pow(1.0 / p)  #!
    active = mag > eps  #+
    powers = torch.where(active, mag, torch.ones_like(mag)).pow(p) * active  #+
    size = powers.sum(dim=-1, keepdim=True).clamp(min=eps).pow(1.0 / p)  #+
    return code / size.clamp(min=eps)


class SparseCoder(nn.Module):
    """Dictionary learner on transformer activations with normalised sparse codes."""

    def __init__(self, d_model, n_atoms, k=32, p=0.5, l1=1e-3):
        super().__init__()
        self.k = k
        self.p = p
        self.l1 = l1
        self.enc = nn.Linear(d_model, n_atoms)
        self.gain = nn.Linear(d_model, 1)
        self.atoms = nn.Parameter(torch.randn(n_atoms, d_model) * d_model ** -0.5)

    def encode(self, x):
        pre = self.enc(x)
        kth = pre.topk(self.k, dim=-1).values[..., -1:]
        return pre * (pre >= kth)

    def forward(self, x):
        code = lp_normalize(self.encode(x), self.p)
        recon = F.softplus(self.gain(x)) * (code @ F.normalize(self.atoms, dim=-1))
        return recon, code

    def loss(self, x):
        recon, code = self(x)
        return F.mse_loss(recon, x) + self.l1 * code.abs().sum(dim=-1).mean()


class ActivationBuffer:
    def __init__(self, acts, batch=256, seed=0):
        self.acts = acts
        self.batch = batch
        self.gen = torch.Generator().manual_seed(seed)

    def sample(self):
        idx = torch.randint(0, len(self.acts), (self.batch,), generator=self.gen)
        return self.acts[idx]


def train(coder, buffer, steps=1000, lr=3e-4):
    opt = torch.optim.Adam(coder.parameters(), lr=lr)
    for step in range(steps):
        loss = coder.loss(buffer.sample())
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(coder.parameters(), 1.0)
        opt.step()
        if step % 200 == 0:
            print(step, loss.item())
    return coder
