# origin: https://github.com/huggingface/trl/pull/7224
# kinds: domain underflow
import torch
import torch.nn.functional as F


@torch.no_grad()
def entropy_from_logits(logits, chunk_size=128):
    """Shannon entropy of every row of logits, computed in chunks to spare memory."""
    original_shape = logits.shape[:-1]
    num_classes = logits.shape[-1]
    flat_logits = logits.reshape(-1, num_classes)

    entropies = []
    for chunk in flat_logits.split(chunk_size, dim=0):
        logps = F.log_softmax(chunk, dim=-1)
        chunk_entropy = -(torch.exp(logps) * logps).sum(-1)  #!
        probs = torch.exp(logps)  #+
        chunk_entropy = -torch.special.xlogy(probs, probs).sum(-1)  #+
        entropies.append(chunk_entropy)

    return torch.cat(entropies, dim=0).reshape(original_shape)


def apply_top_k(logits, k):
    kth = logits.topk(k, dim=-1).values[..., -1:]
    return logits.masked_fill(logits < kth, float("-inf"))


def log_generation_stats(logits, completion_mask, top_k):
    entropies = entropy_from_logits(apply_top_k(logits, top_k))
    total = (entropies * completion_mask).sum()
    return {"entropy": (total / completion_mask.sum().clamp(min=1)).item()}
