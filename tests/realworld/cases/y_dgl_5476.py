# origin: https://github.com/dmlc/dgl/issues/5476
# kinds: domain
import torch as th
import torch.nn as nn
import torch.nn.functional as F


class SpatialEncoder(nn.Module):
    """Attention bias from shortest path distances, padded to the largest graph of the batch."""

    def __init__(self, max_dist, num_heads=1):
        super().__init__()
        self.max_dist = max_dist
        self.num_heads = num_heads
        self.embedding_table = nn.Embedding(max_dist + 2, num_heads, padding_idx=0)

    def forward(self, dists):
        device = self.embedding_table.weight.device
        max_num_nodes = max(d.shape[0] for d in dists)
        spatial_encoding = []
        for dist in dists:
            num_nodes = dist.shape[0]
            dist_embedding = self.embedding_table(dist.clamp(min=-1, max=self.max_dist) + 1)
            padded = th.full((max_num_nodes, max_num_nodes, self.num_heads), float("-inf")).to(device)  #!
            padded = th.full((max_num_nodes, max_num_nodes, self.num_heads), float("-inf")).to(device)  #+
            padded[num_nodes:] = 0  #+
            padded[0:num_nodes, 0:num_nodes] = dist_embedding
            spatial_encoding.append(padded)
        return th.stack(spatial_encoding, dim=0)


class BiasedMHA(nn.Module):
    def __init__(self, feat_size, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = feat_size // num_heads
        self.qkv = nn.Linear(feat_size, 3 * feat_size)
        self.out_proj = nn.Linear(feat_size, feat_size)

    def forward(self, ndata, attn_bias):
        bsz, n, _ = ndata.shape
        q, k, v = self.qkv(ndata).view(bsz, n, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * self.head_dim**-0.5
        scores = scores + attn_bias.permute(0, 3, 1, 2)
        attn = F.softmax(scores, dim=-1)  #*
        out = (attn @ v).transpose(1, 2).reshape(bsz, n, -1)
        return self.out_proj(out)
