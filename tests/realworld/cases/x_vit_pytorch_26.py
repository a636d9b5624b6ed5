# origin: https://github.com/lucidrains/vit-pytorch/issues/26
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x, mask=None):
        b, n, d = x.shape
        q, k, v = self.to_qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        dots = (q @ k.transpose(-1, -2)) * self.scale

        if mask is not None:
            mask = F.pad(mask, (1, 0), value=True)
            mask = mask[:, None, None, :] & mask[:, None, :, None]
            dots = dots.masked_fill(~mask, float("-inf"))  #!
            dots = dots.masked_fill(~mask, -torch.finfo(dots.dtype).max)  #+

        attn = dots.softmax(dim=-1)  #*
        out = (attn @ v).transpose(1, 2).reshape(b, n, d)
        return self.to_out(out)


class ViT(nn.Module):
    def __init__(self, num_classes=2, dim=128, depth=4, heads=8, patch_dim=768, max_patches=256):
        super().__init__()
        self.patch_to_embedding = nn.Linear(patch_dim, dim)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.pos_embedding = nn.Parameter(torch.randn(1, max_patches + 1, dim) * 0.02)
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.layers = nn.ModuleList(Attention(dim, heads) for _ in range(depth))
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes))

    def forward(self, patches, mask=None):
        """patches: (b, n, patch_dim); mask: (b, n) bool, False marks padding patches."""
        x = self.patch_to_embedding(patches)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1)
        x = x + self.pos_embedding[:, : x.shape[1]]
        for norm, attn in zip(self.norms, self.layers):
            x = x + attn(norm(x), mask)
        return self.head(x[:, 0])
