# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
import torch


def gumbel_softmax(logits, tau=1.0, hard=False, dim=-1):
    noise = -torch.log(torch.empty_like(logits).exponential_())  #!
    noise = -torch.log(torch.empty_like(logits).exponential_().clamp(min=1e-20))  #+
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = torch.zeros_like(logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft
