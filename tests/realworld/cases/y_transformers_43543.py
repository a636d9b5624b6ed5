# origin: https://github.com/huggingface/transformers/pull/43543
# kinds: overflow underflow precision
import torch
from torch import nn
import torch.nn.functional as F


def load_balancing_loss_func(gate_logits, num_experts, top_k, attention_mask):
    """Auxiliary loss of Switch Transformers over the routers of all layers."""
    concatenated = torch.cat([layer_gate for layer_gate in gate_logits], dim=0)
    routing_weights = F.softmax(concatenated, dim=-1)  #!
    routing_weights = F.softmax(concatenated, dim=-1, dtype=torch.float32)  #+
    _, selected_experts = torch.topk(routing_weights, top_k, dim=-1)
    expert_mask = F.one_hot(selected_experts, num_experts)

    batch_size, sequence_length = attention_mask.shape
    num_layers = concatenated.shape[0] // (batch_size * sequence_length)
    token_mask = attention_mask[None, :, :, None].expand(num_layers, -1, -1, num_experts)
    token_mask = token_mask.reshape(-1, num_experts).to(routing_weights.dtype)

    tokens_per_expert = torch.sum(expert_mask.float() * token_mask.float().unsqueeze(1), dim=0)
    tokens_per_expert = tokens_per_expert / torch.sum(token_mask.float(), dim=0)
    weight_sum = torch.sum(routing_weights * token_mask, dim=0)  #!
    router_prob_per_expert = weight_sum / torch.sum(token_mask, dim=0)  #!
    weight_sum = torch.sum(routing_weights * token_mask, dim=0)  #+
    router_prob_per_expert = weight_sum / torch.sum(token_mask, dim=0)  #+
    overall_loss = torch.sum(tokens_per_expert * router_prob_per_expert.unsqueeze(0))
    return overall_loss * num_experts


class SparseMoeModel(nn.Module):
    def __init__(self, hidden, num_layers, num_experts=8, top_k=2):
        super().__init__()
        self.num_experts, self.top_k = num_experts, top_k
        self.gates = nn.ModuleList(nn.Linear(hidden, num_experts, bias=False) for _ in range(num_layers))
        self.half()

    def aux_loss(self, hidden_per_layer, attention_mask):
        gate_logits = [g(h.half().flatten(0, 1)) for g, h in zip(self.gates, hidden_per_layer)]
        return load_balancing_loss_func(gate_logits, self.num_experts, self.top_k, attention_mask)
