# origin: https://github.com/NVIDIA-NeMo/Automodel/pull/2658
# kinds: overflow
from __future__ import annotations

import torch


def build_causal_padding_mask(
    attention_mask: torch.Tensor,
    seq_len: int,
    dtype: torch.dtype,
    device: torch.device,
    sliding_window: int | None = None,
) -> torch.Tensor:
    """Returns a [B, 1, S, S] additive mask."""
    min_val = torch.finfo(dtype).min
    i = torch.arange(seq_len, device=device)
    allowed = i[None, :] <= i[:, None]
    if sliding_window is not None:
        allowed &= i[None, :] > i[:, None] - sliding_window

    causal = torch.zeros(seq_len, seq_len, dtype=dtype, device=device).masked_fill(~allowed, min_val)
    causal = causal[None, None].expand(attention_mask.shape[0], 1, seq_len, seq_len)
    pad = torch.zeros(attention_mask.shape[0], 1, 1, seq_len, dtype=dtype, device=device)
    pad = pad.masked_fill(attention_mask[:, None, None, :] == 0, min_val)
    mask = causal + pad  #!
    keep = allowed[None, None] & (attention_mask[:, None, None, :] != 0)  #+
    mask = torch.where(keep, 0.0, min_val).to(dtype)  #+
    return mask


class Attention(torch.nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.qkv = torch.nn.Linear(dim, 3 * dim, bias=False)

    def forward(self, x, attention_mask):
        b, s, d = x.shape
        q, k, v = (t.view(b, s, self.heads, -1).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        mask = build_causal_padding_mask(attention_mask, s, x.dtype, x.device)
        probs = (q @ k.transpose(-1, -2) * self.scale + mask).softmax(dim=-1)
        return (probs @ v).transpose(1, 2).reshape(b, s, d)
