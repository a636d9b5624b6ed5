# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision underflow domain
import torch


class RotaryEmbedding(torch.nn.Module):
    def __init__(self, dim, max_seq_len=4096, base=10000, precision=torch.half):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))
        self.register_buffer("inv_freq", inv_freq)
        self.seq_len_cached = None
        self.precision = precision
        self.max_seq_len = max_seq_len

    def _tables(self, seq_len, device):
        t = torch.arange(seq_len, device=device, dtype=torch.half)  #!
        t = torch.arange(seq_len, device=device, dtype=torch.float32)  #+
        freqs = torch.einsum("i,j->ij", t, self.inv_freq.to(t.dtype))
        return torch.cat((freqs, freqs), dim=-1).to(device)

    def forward(self, x, seq_dim=1, seq_len=None):
        seq_len = x.shape[seq_dim] if seq_len is None else seq_len
        if seq_len != self.seq_len_cached:
            self.seq_len_cached = seq_len
            emb = self._tables(seq_len, x.device)
            self.cos_cached = emb.cos()[:, None, None, :].to(self.precision)
            self.sin_cached = emb.sin()[:, None, None, :].to(self.precision)
        return self.cos_cached[:seq_len], self.sin_cached[:seq_len]
