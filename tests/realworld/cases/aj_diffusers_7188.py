# origin: https://github.com/huggingface/diffusers/issues/7188
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class SquaredReluMLP(nn.Module):
    def __init__(self, dim, expansion=4):
        super().__init__()
        self.up = nn.Linear(dim, expansion * dim, bias=False)
        self.down = nn.Linear(expansion * dim, dim, bias=False)

    def forward(self, x):
        h = F.relu(self.up(x)).square()  #*
        return self.down(h)


class DecoderLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.attn_norm = nn.LayerNorm(dim)
        self.mlp_norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim, bias=False)
        self.mlp = SquaredReluMLP(dim)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.attn_norm(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(b, t, d))
        return x + self.mlp(self.mlp_norm(x))


class CodeLM(nn.Module):
    """Trained in bfloat16; this file only serves it."""

    def __init__(self, vocab, dim=1024, layers=24, heads=16):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList(DecoderLayer(dim, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)

    def forward(self, ids):
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)).float()


def load_model(path, vocab, device="cuda", **config):
    model = CodeLM(vocab, **config)
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.to(device).half().eval()  #!
    return model.to(device).bfloat16().eval()  #+


@torch.inference_mode()
def complete(model, ids, max_new=64, eos=0):
    for _ in range(max_new):
        nxt = model(ids)[:, -1].argmax(-1, keepdim=True)
        ids = torch.cat([ids, nxt], dim=1)
        if (nxt == eos).all():
            break
    return ids
