# origin: https://github.com/facebookresearch/xformers/pull/98
# kinds: underflow domain loss-scale
import torch
import torch.nn as nn


class SoftmaxFeatures(nn.Module):
    def __init__(self, dim_head, num_features=256, epsilon=1e-8):
        super().__init__()
        self.epsilon = epsilon
        self.temp = dim_head ** -0.25
        self.register_buffer("proj", torch.randn(dim_head, num_features))

    def forward(self, x, dims):
        x = x * self.temp
        logits = x @ self.proj - 0.5 * x.pow(2).sum(dim=-1, keepdim=True)
        logits = logits - logits.amax(dim=dims, keepdim=True)
        return torch.exp(logits) + self.epsilon  #*


class FavorAttention(nn.Module):
    def __init__(self, dim, heads=8, num_features=256):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim)
        self.features = SoftmaxFeatures(dim // heads, num_features)

    def forward(self, x):
        b, n, d = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        q, k, v = q.float(), k.float(), v.float()  #+
        q_prime = self.features(q, dims=-1)
        k_prime = self.features(k, dims=(-2, -1))

        norm = q_prime @ k_prime.sum(dim=-2).unsqueeze(-1)  #*
        context = k_prime.transpose(-2, -1) @ v
        y = (q_prime @ context) / norm  #*
        y = y.transpose(1, 2).reshape(b, n, d)
        return self.out(y.to(x.dtype))


def build_block(dim=512, heads=8, device="cuda"):
    block = FavorAttention(dim, heads).to(device).half()
    block.features.float()  #+
    return block


def encode(block, tokens):
    return block(tokens.half())
