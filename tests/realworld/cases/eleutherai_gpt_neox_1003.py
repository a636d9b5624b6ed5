# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision
import torch


class RotaryEmbedding(torch.nn.Module):
    def __init__(self, dim, max_seq_len, base=10000, precision=torch.half):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))
        self.register_buffer("inv_freq", inv_freq)
        self.max_seq_len = max_seq_len

    def prepare_cache(self, seq_len):
        t = torch.arange(seq_len, dtype=torch.float16)  #!
        t = torch.arange(seq_len, dtype=torch.float32)  #+
        freqs = torch.einsum("i,j->ij", t, self.inv_freq.half())  #-
        freqs = torch.einsum("i,j->ij", t, self.inv_freq)  #+
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb.cos()[:, None, None, :].half(), emb.sin()[:, None, None, :].half()
