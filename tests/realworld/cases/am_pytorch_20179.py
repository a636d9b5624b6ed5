# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def _sample_exponential(like, generator=None):
    u = torch.rand(like.shape, dtype=like.dtype, device=like.device, generator=generator)
    return -torch.log1p(-u)


def gumbel_softmax(logits, tau=1.0, hard=False, dim=-1, generator=None):
    noise = _sample_exponential(logits, generator)
    gumbels = -noise.log()  #!
    gumbels = -noise.clamp_min(torch.finfo(noise.dtype).tiny).log()  #+
    gumbels = (logits + gumbels) / tau
    y_soft = gumbels.softmax(dim)

    if not hard:
        return y_soft
    index = y_soft.max(dim, keepdim=True)[1]
    y_hard = torch.zeros_like(logits).scatter_(dim, index, 1.0)
    return y_hard - y_soft.detach() + y_soft


class GumbelQuantizer(nn.Module):
    def __init__(self, in_channels, n_embed, embedding_dim, straight_through=True):
        super().__init__()
        self.embedding_dim = embedding_dim
        self.n_embed = n_embed
        self.straight_through = straight_through
        self.temperature = 1.0
        self.kl_div_scale = 5e-4

        self.proj = nn.Conv2d(in_channels, n_embed, 1)
        self.embed = nn.Embedding(n_embed, embedding_dim)

    def forward(self, z):
        hard = self.straight_through if self.training else True
        logits = self.proj(z)
        soft_one_hot = gumbel_softmax(logits, tau=self.temperature, dim=1, hard=hard)
        z_q = torch.einsum("bnhw,nd->bdhw", soft_one_hot, self.embed.weight)

        log_qy = F.log_softmax(logits, dim=1)
        uniform = torch.full_like(log_qy, 1.0 / self.n_embed)
        diff = self.kl_div_scale * F.kl_div(log_qy, uniform, reduction="none").sum(1).mean()
        ind = soft_one_hot.argmax(dim=1)
        return z_q, diff, ind
