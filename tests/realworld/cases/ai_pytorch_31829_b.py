# origin: https://github.com/pytorch/pytorch/issues/31829
# kinds: domain
import math

import torch


def blockwise_attention(q, k, v, mask, block_size=256):
    """Softmax attention with a running maximum, so that the score matrix is never formed.

    q: (B, H, Tq, D); k, v: (B, H, Tk, D); mask: (Tq, Tk), True where visible.
    """
    scale = 1.0 / math.sqrt(q.shape[-1])
    m = q.new_full(q.shape[:-1] + (1,), float("-inf"))
    denom = torch.zeros_like(m)
    acc = torch.zeros_like(q)

    for start in range(0, k.shape[-2], block_size):
        stop = start + block_size
        s = torch.matmul(q, k[..., start:stop, :].transpose(-1, -2)) * scale
        s = s.masked_fill(~mask[:, start:stop], float("-inf"))

        m_new = torch.maximum(m, s.amax(dim=-1, keepdim=True))
        alpha = torch.exp(m - m_new)  #!
        p = torch.exp(s - m_new)  #!
        m_safe = m_new.masked_fill(m_new == float("-inf"), 0.0)  #+
        alpha = torch.exp(m - m_safe)  #+
        p = torch.exp(s - m_safe)  #+
        denom = denom * alpha + p.sum(dim=-1, keepdim=True)
        acc = acc * alpha + torch.matmul(p, v[..., start:stop, :])
        m = m_new

    return acc / denom.clamp(min=1e-20)


def sliding_window_mask(t, window, device=None):
    """Token i sees the tokens i - window + 1 .. i."""
    i = torch.arange(t, device=device)
    dist = i[:, None] - i[None, :]
    return (dist >= 0) & (dist < window)


class LocalAttention(torch.nn.Module):
    def __init__(self, dim, heads=8, window=128):
        super().__init__()
        self.heads = heads
        self.window = window
        self.qkv = torch.nn.Linear(dim, 3 * dim)
        self.proj = torch.nn.Linear(dim, dim)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mask = sliding_window_mask(t, self.window, x.device)
        y = blockwise_attention(q, k, v, mask)
        return self.proj(y.transpose(1, 2).reshape(b, t, c))
