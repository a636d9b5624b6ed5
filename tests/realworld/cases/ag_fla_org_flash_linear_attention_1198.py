# origin: https://github.com/fla-org/flash-linear-attention/pull/1198
# kinds: domain cancellation
import torch
import torch.nn as nn
import torch.nn.functional as F


def elu_p1(x):
    return (F.elu(x, 1., False) + 1.).to(x)


def sum_norm(x):
    return (x / x.sum(-1, keepdim=True)).to(x)  #!
    return (x / (x.abs().sum(-1, keepdim=True) + 1e-4)).to(x)  #+


class DeltaNet(nn.Module):
    def __init__(self, hidden_size=64, num_heads=4, use_beta=True,
                 qk_activation='silu', qk_norm='sum'):
        super().__init__()
        assert qk_activation in ['silu', 'relu', 'elu', 'identity']
        assert qk_norm in ['l2', 'sum']
        self.qk_activation = qk_activation
        self.qk_norm = qk_norm
        self.num_heads = num_heads
        self.head_dim = hidden_size // num_heads
        self.q_proj = nn.Linear(hidden_size, hidden_size, bias=False)
        self.k_proj = nn.Linear(hidden_size, hidden_size, bias=False)
        self.v_proj = nn.Linear(hidden_size, hidden_size, bias=False)
        self.use_beta = use_beta
        if use_beta:
            self.b_proj = nn.Linear(hidden_size, num_heads, bias=False)
        self.o_proj = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, hidden_states):
        B, T, _ = hidden_states.shape
        q, k, v = self.q_proj(hidden_states), self.k_proj(hidden_states), F.silu(self.v_proj(hidden_states))
        if self.qk_activation == 'silu':
            q, k = F.silu(q), F.silu(k)
        q, k, v = (x.view(B, T, self.num_heads, self.head_dim) for x in (q, k, v))
        if self.qk_activation == 'relu':
            q, k = q.relu(), k.relu()
        elif self.qk_activation == 'elu':
            q, k = elu_p1(q), elu_p1(k)

        if self.qk_norm == 'l2':
            q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        else:
            q = sum_norm(q).to(q)
            k = sum_norm(k).to(k)

        beta = self.b_proj(hidden_states).sigmoid() if self.use_beta else torch.ones_like(q[..., 0])
        S = hidden_states.new_zeros(B, self.num_heads, self.head_dim, self.head_dim)
        outputs = []
        for t in range(T):
            v_old = torch.einsum('bhkv,bhk->bhv', S, k[:, t])
            delta = beta[:, t].unsqueeze(-1) * (v[:, t] - v_old)
            S = S + torch.einsum('bhk,bhv->bhkv', k[:, t], delta)
            outputs.append(torch.einsum('bhkv,bhk->bhv', S, q[:, t]))
        o = torch.stack(outputs, dim=1).reshape(B, T, -1)
        return self.o_proj(o)
