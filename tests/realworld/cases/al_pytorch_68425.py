# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: overflow domain
import torch
from torch import nn


def positive_feature_map(x):
    """exp(x) on the negative side, continued linearly on the positive side."""
    linear = 1.0 + x
    expo = torch.exp(x)  #!
    expo = torch.exp(torch.where(x <= 0, x, torch.zeros_like(x)))  #+
    return torch.where(x <= 0, expo, linear)


class LinearAttention(nn.Module):
    def __init__(self, eps=1e-6, feature_map=positive_feature_map):
        super().__init__()
        self.feature_map = feature_map
        self.eps = eps

    def forward(self, queries, keys, values, key_mask=None):
        Q = self.feature_map(queries)
        K = self.feature_map(keys)
        if key_mask is not None:
            K = K * key_mask[:, :, None, None].to(K.dtype)
        KV = torch.einsum("nshd,nshm->nhmd", K, values)
        Z = torch.einsum("nlhd,nhd->nlh", Q, K.sum(dim=1)) + self.eps
        V = torch.einsum("nlhd,nhmd->nlhm", Q, KV)
        return (V / Z.unsqueeze(-1)).contiguous()


class AttentionLayer(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        d_head = d_model // n_heads
        self.n_heads = n_heads
        self.inner_attention = LinearAttention()
        self.query_projection = nn.Linear(d_model, d_head * n_heads)
        self.key_projection = nn.Linear(d_model, d_head * n_heads)
        self.value_projection = nn.Linear(d_model, d_head * n_heads)
        self.out_projection = nn.Linear(d_head * n_heads, d_model)

    def forward(self, x, key_mask=None):
        N, L, _ = x.shape
        H = self.n_heads
        q = self.query_projection(x).view(N, L, H, -1)
        k = self.key_projection(x).view(N, L, H, -1)
        v = self.value_projection(x).view(N, L, H, -1)
        out = self.inner_attention(q, k, v, key_mask).view(N, L, -1)
        return self.out_projection(out)
