# origin: https://github.com/pytorch/pytorch/pull/133085
# kinds: overflow loss-scale precision
import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-6):
        super().__init__()
        self.normalized_shape = (normalized_shape,)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(normalized_shape))

    def forward(self, input):
        dims_to_reduce = [-i - 1 for i in range(len(self.normalized_shape))]
        rqrst_input = torch.rsqrt(torch.pow(input, 2).mean(dims_to_reduce, keepdim=True) + self.eps)  #!
        upcasted_input = input.float()  #+
        rqrst_input = torch.rsqrt(torch.pow(upcasted_input, 2).mean(dims_to_reduce, keepdim=True) + self.eps)  #+
        result = input * rqrst_input
        return result.to(input.dtype) * self.weight


class LlamaMLP(nn.Module):
    def __init__(self, hidden_size, intermediate_size):
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaDecoderLayer(nn.Module):
    def __init__(self, hidden_size=512, intermediate_size=1376, num_heads=8):
        super().__init__()
        self.num_heads = num_heads
        self.qkv_proj = nn.Linear(hidden_size, 3 * hidden_size, bias=False)
        self.o_proj = nn.Linear(hidden_size, hidden_size, bias=False)
        self.mlp = LlamaMLP(hidden_size, intermediate_size)
        self.input_layernorm = RMSNorm(hidden_size)
        self.post_attention_layernorm = RMSNorm(hidden_size)

    def forward(self, hidden_states):
        b, t, d = hidden_states.shape
        residual = hidden_states
        qkv = self.qkv_proj(self.input_layernorm(hidden_states))
        q, k, v = qkv.reshape(b, t, 3, self.num_heads, d // self.num_heads).permute(2, 0, 3, 1, 4)
        attn = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        hidden_states = residual + self.o_proj(attn.transpose(1, 2).reshape(b, t, d))
        residual = hidden_states
        return residual + self.mlp(self.post_attention_layernorm(hidden_states))


def load_for_inference(state_dict, num_layers=4, device='cuda'):
    model = nn.Sequential(*[LlamaDecoderLayer() for _ in range(num_layers)])
    model.load_state_dict(state_dict)
    return model.half().to(device).eval()
