# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow
import math
import torch
import torch.nn as nn

MASK_VALUE = -1e10  #!


def gen_causal_mask(input_size, dim_k, full_attention=False):
    """
    Generates a causal mask of size (input_size, dim_k) for linformer
    Else, it generates (input_size, input_size) for full attention
    """
    if full_attention:
        return (torch.triu(torch.ones(input_size, input_size)) == 1).transpose(0, 1)
    return (torch.triu(torch.ones(dim_k, input_size)) == 1).transpose(0, 1)


def get_EF(input_size, dim):
    lin = nn.Linear(input_size, dim)
    torch.nn.init.xavier_normal_(lin.weight)
    return lin


class LinearAttentionHead(nn.Module):
    """
    Linear attention, as proposed by the linformer paper
    """
    def __init__(self, dim, dropout, E_proj, F_proj, causal_mask, full_attention=False):
        super(LinearAttentionHead, self).__init__()
        self.w_q = nn.Linear(dim, dim)
        self.w_k = nn.Linear(dim, dim)
        self.w_v = nn.Linear(dim, dim)
        self.E = E_proj
        self.F = F_proj
        self.dim = dim
        self.dropout = nn.Dropout(dropout)
        self.full_attention = full_attention
        self.causal_mask = causal_mask

    def forward(self, Q, K, V):
        Q = self.w_q(Q)
        K = self.w_k(K).transpose(1, 2)
        V = self.w_v(V)
        if not self.full_attention:
            K = self.E(K)
        P_bar = torch.matmul(Q, K) / math.sqrt(self.dim)
        if self.causal_mask is not None:
            hidden = ~self.causal_mask.to(Q.device)
            P_bar = P_bar.masked_fill_(hidden, MASK_VALUE)  #!
            P_bar = P_bar.masked_fill_(hidden, float('-inf'))  #+
        P_bar = self.dropout(P_bar.softmax(dim=-1))
        if not self.full_attention:
            V = self.F(V.transpose(1, 2)).transpose(1, 2)
        return torch.matmul(P_bar, V)


class Linformer(nn.Module):
    def __init__(self, input_size, channels, dim_k, depth=2, dropout=0.0):
        super(Linformer, self).__init__()
        mask = gen_causal_mask(input_size, dim_k)
        self.heads = nn.ModuleList([
            LinearAttentionHead(channels, dropout, get_EF(input_size, dim_k), get_EF(input_size, dim_k), mask)
            for _ in range(depth)])
        self.norms = nn.ModuleList([nn.LayerNorm(channels) for _ in range(depth)])

    def forward(self, x):
        for head, norm in zip(self.heads, self.norms):
            y = norm(x)
            x = x + head(y, y, y)
        return x


def training_step(model, x, target, device_type='cuda'):
    with torch.autocast(device_type, dtype=torch.float16):
        out = model(x)
    return nn.functional.mse_loss(out.float(), target)
