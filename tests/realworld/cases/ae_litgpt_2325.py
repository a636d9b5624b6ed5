# origin: https://github.com/Lightning-AI/litgpt/pull/2325
# kinds: underflow loss-scale precision domain
from typing import Optional

import torch


def multinomial_num_samples_1(probs: torch.Tensor) -> torch.Tensor:
    if probs.device.type == "cpu" and probs.dtype == torch.float16:  #+
        probs = probs.float()  #+
    # Faster alternative to `torch.multinomial(probs, num_samples=1)` that is also CUDAGraph friendly
    distribution = torch.empty_like(probs).exponential_(1)  #*
    return torch.argmax(probs / distribution, dim=-1, keepdim=True)  #*


def sample_top_p(logits: torch.Tensor, top_p: float) -> torch.Tensor:
    sorted_logits, sorted_indices = torch.sort(logits, descending=False)
    cumulative_probs = sorted_logits.softmax(dim=-1).cumsum(dim=-1)
    # Example:
    # sorted_probs=[0.1, 0.15, 0.2, 0.25, 0.3] -> sorted_cumprobs=[0.1, 0.25, 0.45, 0.7, 1.0]
    sorted_indices_to_remove = cumulative_probs <= (1 - top_p)
    # Keep at least 1 token always to prevent the case where no token is selected
    sorted_indices_to_remove[-1:] = 0
    indices_to_remove = sorted_indices_to_remove.scatter(0, sorted_indices, sorted_indices_to_remove)
    logits = logits.masked_fill(indices_to_remove, float("-inf"))
    return logits


def sample(
    logits: torch.Tensor, temperature: float = 1.0, top_k: Optional[int] = None, top_p: float = 1.0
) -> torch.Tensor:
    if top_p < 0.0 or top_p > 1.0:
        raise ValueError(f"top_p must be in [0, 1], got {top_p}")
    logits = logits[0, -1]
    # optionally crop the logits to only the top k options
    if top_k is not None:
        v, i = torch.topk(logits, min(top_k, logits.size(-1)))
        # do not use `torch.where` as in nanogpt because it will repeat top-k collisions
        logits = torch.full_like(logits, float("-inf")).scatter_(-1, i, v)
    # optionally scale the logits and sample from a probability distribution
    if temperature > 0.0 or top_p > 0.0:
        if temperature > 0.0:
            logits = logits / temperature
        # optionally crop the logits to smallest set of logits with a cumulative probability above top_p
        if top_p < 1.0:
            logits = sample_top_p(logits, top_p)
        probs = torch.nn.functional.softmax(logits, dim=-1)
        return multinomial_num_samples_1(probs)
    return torch.argmax(logits, dim=-1, keepdim=True)


@torch.inference_mode()
def generate(model, prompt, max_new_tokens, temperature=0.8, top_k=50, eos_id=None):
    model = model.to(torch.float16)
    tokens = prompt
    for _ in range(max_new_tokens):
        logits = model(tokens.view(1, -1))
        token = sample(logits, temperature=temperature, top_k=top_k)
        tokens = torch.cat([tokens, token])
        if eos_id is not None and token.item() == eos_id:
            break
    return tokens
