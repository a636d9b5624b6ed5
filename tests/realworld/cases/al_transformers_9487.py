# origin: https://github.com/huggingface/transformers/pull/9487
# kinds: overflow
import torch
from torch import nn


class T5LayerNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        variance = hidden_states.to(torch.float32).pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * hidden_states.to(self.weight.dtype)


class T5DenseReluDense(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wi = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.wo = nn.Linear(config.d_ff, config.d_model, bias=False)

    def forward(self, hidden_states):
        return self.wo(nn.functional.relu(self.wi(hidden_states)))


class T5Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.n_heads = config.num_heads
        self.qkv = nn.Linear(config.d_model, 3 * config.d_model, bias=False)
        self.o = nn.Linear(config.d_model, config.d_model, bias=False)

    def forward(self, hidden_states):
        b, s, d = hidden_states.shape
        q, k, v = (t.view(b, s, self.n_heads, -1).transpose(1, 2)
                   for t in self.qkv(hidden_states).chunk(3, dim=-1))
        scores = torch.matmul(q, k.transpose(3, 2)) / (d // self.n_heads) ** 0.5
        attn_weights = torch.softmax(scores.float(), dim=-1).type_as(scores)
        return self.o(torch.matmul(attn_weights, v).transpose(1, 2).reshape(b, s, d))


def clamp_to_dtype(hidden_states):  #+
    if hidden_states.dtype == torch.float16:  #+
        limit = torch.finfo(torch.float16).max - 1000  #+
        hidden_states = torch.clamp(hidden_states, min=-limit, max=limit)  #+
    return hidden_states  #+


class T5Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList([T5Attention(config), T5DenseReluDense(config)])
        self.layer_norm = nn.ModuleList([T5LayerNorm(config.d_model) for _ in self.layer])
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, hidden_states):
        for norm, sublayer in zip(self.layer_norm, self.layer):
            update = sublayer(norm(hidden_states))
            hidden_states = hidden_states + self.dropout(update)  #!
            hidden_states = clamp_to_dtype(hidden_states + self.dropout(update))  #+
        return hidden_states


class T5Stack(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.block = nn.ModuleList([T5Block(config) for _ in range(config.num_layers)])
        self.final_layer_norm = T5LayerNorm(config.d_model)

    def forward(self, inputs_embeds):
        hidden_states = inputs_embeds.half()
        for layer_module in self.block:
            hidden_states = layer_module(hidden_states)
        return self.final_layer_norm(hidden_states)
