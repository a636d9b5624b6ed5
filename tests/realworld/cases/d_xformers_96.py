# origin: https://github.com/facebookresearch/xformers/issues/96
# kinds: underflow domain precision
import torch
from torch import nn


class FavorAttention(nn.Module):
    def __init__(self, feature_map):
        super().__init__()
        self.feature_map = feature_map

    def forward(self, q, k, v):
        k_prime = self.feature_map(k)
        q_prime = self.feature_map(q)
        att_normalization = q_prime @ (k_prime.transpose(-2, -1) @ torch.ones_like(v))
        att_raw = q_prime @ (k_prime.transpose(-2, -1) @ v)
        att = att_raw.half() / (att_normalization.half() + 1e-8)  #!
        att = (att_raw.float() / (att_normalization.float() + 1e-8)).half()  #+
        return att
