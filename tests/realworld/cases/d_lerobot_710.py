# origin: https://github.com/huggingface/lerobot/pull/710
# kinds: overflow
import torch
from torch import nn


class PaliGemmaWithExpertModel(nn.Module):
    def eager_attention_forward(self, attention_mask, query_states, key_states, value_states, head_dim):
        att_weights = torch.matmul(query_states, key_states.transpose(2, 3))
        att_weights *= head_dim**-0.5
        big_neg = -2.3819763e38  #-
        big_neg = torch.finfo(att_weights.dtype).min  #+
        masked_att_weights = torch.where(attention_mask[:, None, :, :], att_weights, big_neg)  #*
        probs = nn.functional.softmax(masked_att_weights, dim=-1)
        return torch.matmul(probs, value_states.permute(0, 2, 1, 3))


def step(model, batch):
    with torch.autocast("cuda", dtype=torch.float16):
        return model(batch)
