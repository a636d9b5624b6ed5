# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow
import torch
import torch.nn as nn


def gen_causal_mask(input_size, dim_k):
    """Mask of shape (input_size, dim_k), True where attention is allowed."""
    return (torch.triu(torch.ones(input_size, dim_k)) == 1).transpose(0, 1) if input_size == dim_k \
        else torch.tril(torch.ones(input_size, dim_k)) == 1


class LinearAttentionHead(nn.Module):
    """Linear attention, as proposed by the Linformer paper"""

    def __init__(self, dim, dropout, E_proj, F_proj, causal_mask):
        super(LinearAttentionHead, self).__init__()
        self.dim = dim
        self.E = E_proj
        self.F = F_proj
        self.dropout = nn.Dropout(dropout)
        self.causal_mask = causal_mask

    def forward(self, Q, K, V):
        K = self.E(K.transpose(1, 2))
        Q = Q * self.dim ** -0.5
        P_bar = torch.matmul(Q, K)
        if self.causal_mask is not None:
            mask = self.causal_mask.to(Q.device)
            P_bar = P_bar.masked_fill(~mask, -1e10)  #!
            P_bar = P_bar.masked_fill(~mask, float("-inf"))  #+
        P_bar = self.dropout(P_bar.softmax(dim=-1))
        V = self.F(V.transpose(1, 2)).transpose(1, 2)
        return torch.matmul(P_bar, V)


class CausalLinformerBlock(nn.Module):
    def __init__(self, input_size=512, channels=128, dim_k=64, dropout=0.1):
        super().__init__()
        proj = nn.Linear(input_size, dim_k, bias=False)
        self.to_qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.head = LinearAttentionHead(channels, dropout, proj, proj, gen_causal_mask(input_size, dim_k))
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        return self.norm(x + self.head(q, k, v))


def train_step(model, x, y, optimizer, scaler):
    optimizer.zero_grad()
    with torch.autocast(device_type=x.device.type, dtype=torch.float16):
        loss = nn.functional.mse_loss(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
