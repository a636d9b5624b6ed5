# origin: https://github.com/idiap/fast-transformers/issues/32
# kinds: overflow loss-scale
import torch
import torch.nn as nn
import torch.nn.functional as F


class LinearAttention(nn.Module):
    """Unmasked attention with the elu(x) + 1 feature map, O(N) in the sequence length."""

    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, queries, keys, values, key_lengths):
        queries, keys, values = queries.float(), keys.float(), values.float()  #+
        Q = F.elu(queries) + 1
        K = F.elu(keys) + 1
        K = K * key_lengths[:, :, None, None].to(K.dtype)
        KV = torch.einsum("nshd,nshm->nhmd", K, values)  #!
        Z = 1 / (torch.einsum("nlhd,nhd->nlh", Q, K.sum(dim=1)) + self.eps)  #!
        KV = torch.einsum("nshd,nshm->nhmd", K, values)  #+
        Z = 1 / (torch.einsum("nlhd,nhd->nlh", Q, K.sum(dim=1)) + self.eps)  #+
        return torch.einsum("nlhd,nhmd,nlh->nlhm", Q, KV, Z).contiguous()


class EncoderBlock(nn.Module):
    def __init__(self, d_model=512, n_heads=8):
        super().__init__()
        self.h = n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.norm = nn.LayerNorm(d_model)
        self.attention = LinearAttention()

    def forward(self, x, length_mask):
        n, l, _ = x.shape
        q, k, v = self.qkv(x).view(n, l, 3, self.h, -1).unbind(dim=2)
        y = self.attention(q, k, v, length_mask).reshape(n, l, -1)
        return self.norm(x + self.out(y.to(x.dtype)))


def build_encoder(depth, device, d_model=512):
    blocks = [EncoderBlock(d_model) for _ in range(depth)]
    return nn.ModuleList(blocks).to(device).half()
