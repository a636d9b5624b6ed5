# origin: https://github.com/huggingface/transformers/pull/9487
# kinds: overflow
import torch
from torch import nn
from torch.nn import functional as F


def clamp_half(hidden_states):  #+
    if hidden_states.dtype == torch.float16:  #+
        limit = torch.finfo(hidden_states.dtype).max - 1000  #+
        hidden_states = torch.clamp(hidden_states, min=-limit, max=limit)  #+
    return hidden_states  #+


class T5LayerNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, x):
        variance = x.to(torch.float32).pow(2).mean(-1, keepdim=True)
        x = x * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * x.to(self.weight.dtype)


class T5LayerSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.n_heads, self.d_kv = config.num_heads, config.d_kv
        inner = self.n_heads * self.d_kv
        self.qkv = nn.Linear(config.d_model, 3 * inner, bias=False)
        self.o = nn.Linear(inner, config.d_model, bias=False)
        self.layer_norm = T5LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, hidden_states, position_bias=None):
        b, t, _ = hidden_states.shape
        qkv = self.qkv(self.layer_norm(hidden_states)).view(b, t, 3, self.n_heads, self.d_kv)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        scores = torch.matmul(q, k.transpose(3, 2))
        if position_bias is not None:
            scores = scores + position_bias
        weights = F.softmax(scores.float(), dim=-1).type_as(scores)
        context = torch.matmul(weights, v).transpose(1, 2).reshape(b, t, -1)
        return hidden_states + self.dropout(self.o(context))  #!
        return clamp_half(hidden_states + self.dropout(self.o(context)))  #+


class T5LayerFF(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wi = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.wo = nn.Linear(config.d_ff, config.d_model, bias=False)
        self.layer_norm = T5LayerNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, hidden_states):
        y = self.layer_norm(hidden_states)
        y = self.wo(self.dropout(F.relu(self.wi(y))))  #!
        hidden_states = hidden_states + self.dropout(y)  #!
        y = clamp_half(self.wo(self.dropout(F.relu(self.wi(y)))))  #+
        hidden_states = clamp_half(hidden_states + self.dropout(y))  #+
        return hidden_states


class T5Stack(nn.Module):
    def __init__(self, config, embed_tokens):
        super().__init__()
        self.embed_tokens = embed_tokens
        self.block = nn.ModuleList(
            [nn.ModuleList([T5LayerSelfAttention(config), T5LayerFF(config)]) for _ in range(config.num_layers)]
        )
        self.final_layer_norm = T5LayerNorm(config.d_model, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, position_bias=None):
        hidden_states = self.embed_tokens(input_ids)
        for attention, feed_forward in self.block:
            hidden_states = feed_forward(attention(hidden_states, position_bias))
        return self.final_layer_norm(hidden_states)


def load_encoder(config, state_dict):
    stack = T5Stack(config, nn.Embedding(config.vocab_size, config.d_model))
    stack.load_state_dict(state_dict)
    return stack.half().eval()
