# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow
import torch
import torch.nn as nn


def gen_causal_mask(input_size, dim_k, full_attention=False):
    """Upper triangular mask, True where a position must not look."""
    cols = input_size if full_attention else dim_k
    return (torch.triu(torch.ones(input_size, cols)) == 1).logical_and(
        torch.triu(torch.ones(input_size, cols), diagonal=1) == 1)


class LinearAttentionHead(nn.Module):
    def __init__(self, dim, dropout, E_proj, F_proj, causal_mask, full_attention=False):
        super(LinearAttentionHead, self).__init__()
        self.E = E_proj
        self.F = F_proj
        self.dim = dim
        self.full_attention = full_attention
        self.causal_mask = causal_mask
        self.dropout = nn.Dropout(dropout)

    def forward(self, Q, K, V):
        if not self.full_attention:
            K = self.E(K.transpose(1, 2))
        else:
            K = K.transpose(1, 2)
        Q = torch.matmul(Q, K)
        P_bar = Q / self.dim ** 0.5
        if self.causal_mask is not None:
            self.causal_mask = self.causal_mask.to(Q.device)
            P_bar = P_bar.masked_fill_(self.causal_mask, -1e10)  #!
            P_bar = P_bar.masked_fill_(self.causal_mask, float('-inf'))  #+
        P_bar = self.dropout(P_bar.softmax(dim=-1))
        if not self.full_attention:
            V = self.F(V.transpose(1, 2)).transpose(1, 2)
        return torch.matmul(P_bar, V)


class MHAttention(nn.Module):
    def __init__(self, input_size, dim, channels, dim_k, nhead, dropout=0.0, causal=False):
        super(MHAttention, self).__init__()
        mask = gen_causal_mask(input_size, dim_k) if causal else None
        E_proj = nn.Linear(input_size, dim_k)
        F_proj = nn.Linear(input_size, dim_k)
        self.to_q = nn.ModuleList([nn.Linear(channels, dim, bias=False) for _ in range(nhead)])
        self.to_k = nn.ModuleList([nn.Linear(channels, dim, bias=False) for _ in range(nhead)])
        self.to_v = nn.ModuleList([nn.Linear(channels, dim, bias=False) for _ in range(nhead)])
        self.heads = nn.ModuleList(
            [LinearAttentionHead(dim, dropout, E_proj, F_proj, mask) for _ in range(nhead)])
        self.w_o = nn.Linear(dim * nhead, channels)

    def forward(self, tensor):
        outs = []
        for q, k, v, head in zip(self.to_q, self.to_k, self.to_v, self.heads):
            outs.append(head(q(tensor), k(tensor), v(tensor)))
        return self.w_o(torch.cat(outs, dim=-1))


def build_fp16(input_size=128, channels=64, device="cuda"):
    layer = MHAttention(input_size, 16, channels, dim_k=32, nhead=4, causal=True)
    return layer.to(device).half()
