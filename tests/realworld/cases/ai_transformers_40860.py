# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: cancellation
import math

import torch
from torch import nn


class DiagonalSSMKernel(nn.Module):
    """Diagonal state space kernel with a zero-order hold on the input."""

    def __init__(self, hidden_size, state_size=64, dt_min=1e-5, dt_max=1e-1):
        super().__init__()
        log_dt = torch.rand(hidden_size) * (math.log(dt_max) - math.log(dt_min)) + math.log(dt_min)
        self.log_dt = nn.Parameter(log_dt)
        self.A_log = nn.Parameter(torch.zeros(hidden_size, state_size).uniform_(-4.0, 1.0))
        self.C = nn.Parameter(torch.randn(hidden_size, state_size) / math.sqrt(state_size))

    def forward(self, seq_len):
        dt = torch.exp(self.log_dt)[:, None]
        A = -torch.exp(self.A_log)
        dtA = A * dt
        B_bar = (torch.exp(dtA) - 1.0) / A  #!
        B_bar = torch.expm1(dtA) / A  #+
        steps = torch.arange(seq_len, device=dt.device, dtype=dt.dtype)
        powers = torch.exp(dtA[:, :, None] * steps)
        return torch.einsum("hn,hnl->hl", self.C * B_bar, powers)


class SSMLayer(nn.Module):
    def __init__(self, hidden_size, state_size=64):
        super().__init__()
        self.kernel = DiagonalSSMKernel(hidden_size, state_size)
        self.D = nn.Parameter(torch.ones(hidden_size))
        self.out_proj = nn.Linear(hidden_size, hidden_size)

    def forward(self, hidden_states):
        u = hidden_states.transpose(1, 2)
        seq_len = u.shape[-1]
        k = self.kernel(seq_len)
        k_f = torch.fft.rfft(k, n=2 * seq_len)
        u_f = torch.fft.rfft(u, n=2 * seq_len)
        y = torch.fft.irfft(k_f * u_f, n=2 * seq_len)[..., :seq_len]
        y = y + u * self.D[:, None]
        return self.out_proj(nn.functional.gelu(y).transpose(1, 2))


class SSMModel(nn.Module):
    def __init__(self, vocab_size=32000, hidden_size=256, num_hidden_layers=4):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, hidden_size)
        self.layers = nn.ModuleList(SSMLayer(hidden_size) for _ in range(num_hidden_layers))
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_size) for _ in range(num_hidden_layers))

    def forward(self, input_ids):
        hidden_states = self.embeddings(input_ids)
        for layer, norm in zip(self.layers, self.norms):
            hidden_states = hidden_states + layer(norm(hidden_states))
        return hidden_states
