# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow
import torch
import torch.nn as nn


def build_local_mask(seq_len, window, dtype, device):
    pos = torch.arange(seq_len, device=device)
    far = (pos[None, :] - pos[:, None]).abs() > window
    out = torch.zeros(seq_len, seq_len, dtype=dtype, device=device)
    return out.masked_fill(far, torch.finfo(dtype).min)


class RelPosSelfAttention(nn.Module):
    """Local self-attention for long documents with a learned bias per offset."""

    def __init__(self, d_model=256, n_heads=4, window=64):
        super().__init__()
        self.h, self.d, self.window = n_heads, d_model // n_heads, window
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.proj = nn.Linear(d_model, d_model, bias=False)
        self.rel_bias = nn.Embedding(2 * window + 1, n_heads)

    def position_bias(self, n, device):
        pos = torch.arange(n, device=device)
        offset = (pos[None, :] - pos[:, None]).clamp(-self.window, self.window)
        return self.rel_bias(offset + self.window).permute(2, 0, 1)

    def forward(self, x, token_mask):
        b, n, c = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.h, self.d).permute(2, 0, 3, 1, 4)
        scores = (q * self.d ** -0.5) @ k.transpose(-2, -1)
        scores = scores + self.position_bias(n, x.device)

        lowest = torch.finfo(scores.dtype).min
        pad = (1 - token_mask[:, None, None, :].to(scores.dtype)) * lowest  #-
        scores = scores + build_local_mask(n, self.window, scores.dtype, x.device)  #-
        scores = scores + pad  #!
        local = build_local_mask(n, self.window, scores.dtype, x.device) < 0  #+
        blocked = local | ~token_mask[:, None, None, :].bool()  #+
        scores = scores.masked_fill(blocked, lowest)  #+
        attn = torch.softmax(scores, dim=-1)
        y = (attn @ v).transpose(1, 2).reshape(b, n, c)
        return self.proj(y)


class Encoder(nn.Module):
    def __init__(self, vocab, depth=4, d_model=256):
        super().__init__()
        self.emb = nn.Embedding(vocab, d_model)
        self.layers = nn.ModuleList(RelPosSelfAttention(d_model) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(d_model) for _ in range(depth))

    @torch.no_grad()
    def encode(self, ids, mask):
        x = self.emb(ids)
        for norm, layer in zip(self.norms, self.layers):
            x = x + layer(norm(x), mask)
        return x


def load_for_inference(path, vocab):
    model = Encoder(vocab)
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.half().cuda().eval()
