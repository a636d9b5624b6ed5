# origin: https://github.com/huggingface/transformers/pull/29285
# kinds: precision
import torch
from torch import nn


class LlamaRotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.int64).float() / dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)

    @torch.no_grad()
    def forward(self, x, seq_len):
        position_ids = torch.arange(seq_len, device=x.device).to(torch.bfloat16)  #!
        position_ids = torch.arange(seq_len, device=x.device).float()  #+
        inv_freq_expanded = self.inv_freq[:, None]
        freqs = (inv_freq_expanded @ position_ids[None, :]).transpose(0, 1)
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb.cos().to(dtype=x.dtype), emb.sin().to(dtype=x.dtype)
