# origin: https://github.com/cpcp1998/PermuteFormer/issues/2
# kinds: overflow underflow
import torch
from torch import nn


class PermuteLinearAttention(nn.Module):
    def __init__(self, d_model=512, n_heads=8, max_len=4096, eps=1e-6):
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = d_model // n_heads
        self.eps = eps
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        self.ratio = nn.Parameter(torch.sigmoid(torch.arange(n_heads) / n_heads * 3 + 2))
        permutation = torch.stack([torch.randperm(self.head_dim) for _ in range(n_heads)])
        position = [torch.arange(self.head_dim).expand(n_heads, -1)]
        for _ in range(max_len - 1):
            position.append(position[-1].gather(-1, permutation))
        self.register_buffer("permutation", torch.stack(position, dim=1).unsqueeze(0))

    def forward(self, x, mask=None):
        B, L, D = x.shape
        q = self.q_proj(x).view(B, L, self.n_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, L, self.n_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, L, self.n_heads, self.head_dim).transpose(1, 2)

        q = q.gather(-1, self.permutation[:, :, :L].expand_as(q))
        k = k.gather(-1, self.permutation[:, :, :L].expand_as(k))

        # Apply the feature map to the queries and keys
        Q = torch.nn.functional.elu(q) + 1
        K = torch.nn.functional.elu(k) + 1

        pos = torch.arange(L, device=Q.device).unsqueeze(0)
        Q = Q * (self.ratio.unsqueeze(-1) ** pos).unsqueeze(-1)  #!
        K = K * ((1 / self.ratio).unsqueeze(-1) ** pos).unsqueeze(-1)  #!
        log_ratio = torch.log(self.ratio.clamp(min=0.01, max=1.0)).unsqueeze(-1)  #+
        Q = Q * torch.exp((log_ratio * pos).clamp(min=-15.0)).unsqueeze(-1)  #+
        K = K * torch.exp((-log_ratio * pos).clamp(max=15.0)).unsqueeze(-1)  #+

        if mask is not None:
            K = K.masked_fill(mask.unsqueeze(1).unsqueeze(-1), 0.0)

        # Compute the KV matrix
        KV = torch.einsum("nhsd,nhsm->nhmd", K, v)

        # Compute the normalizer
        Z = 1 / (torch.einsum("nhld,nhd->nlh", Q, K.sum(dim=2)) + self.eps)

        V = torch.einsum("nhld,nhmd,nlh->nlhm", Q, KV, Z)
        return self.out_proj(V.reshape(B, L, D))
