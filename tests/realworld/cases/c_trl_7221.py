# origin: https://github.com/huggingface/trl/pull/7251
# kinds: domain underflow overflow
import torch
import torch.nn.functional as F


def entropy_from_logits(logits: torch.Tensor, chunk_size: int = 128) -> torch.Tensor:
    original_shape = logits.shape[:-1]
    flat_logits = logits.reshape(-1, logits.shape[-1])
    entropies = []
    for chunk in flat_logits.split(chunk_size, dim=0):
        logps = F.log_softmax(chunk, dim=-1)
        chunk_entropy = -(torch.exp(logps) * logps).sum(-1)  #!
        chunk_entropy = torch.special.entr(torch.softmax(chunk, dim=-1)).sum(-1)  #+
        entropies.append(chunk_entropy)
    return torch.cat(entropies, dim=0).reshape(original_shape)
