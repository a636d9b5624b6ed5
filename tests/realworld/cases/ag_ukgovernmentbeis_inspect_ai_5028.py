# origin: https://github.com/UKGovernmentBEIS/inspect_ai/issues/5028
# kinds: overflow
import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F


@dataclass
class Score:
    value: float
    metadata: dict = field(default_factory=dict)


@dataclass
class SampleScore:
    score: Score


def score_sequence(logits, target_ids):
    """Negative log likelihood per token for one sample."""
    log_probs = F.log_softmax(logits, dim=-1)
    token_log_probs = log_probs.gather(-1, target_ids.unsqueeze(-1)).squeeze(-1)
    total = token_log_probs.sum().item()
    n = int(target_ids.numel())
    return SampleScore(Score(value=-total, metadata={"num_tokens": n, "sum_log_probs": total}))


def perplexity_per_token():
    def metric(scores):
        total_log_probs = 0.0
        total_tokens = 0
        for item in scores:
            total_log_probs += item.score.metadata["sum_log_probs"]
            total_tokens += item.score.metadata["num_tokens"]
        if total_tokens == 0:
            return float("nan")
        try:  #+
            return math.exp(-total_log_probs / total_tokens)  #+
        except OverflowError:  #+
            return float("inf")  #+
        return math.exp(-total_log_probs / total_tokens)  #!

    return metric


def evaluate(model, samples):
    scores = []
    for input_ids, target_ids in samples:
        with torch.no_grad():
            logits = model(input_ids)
        scores.append(score_sequence(logits, target_ids))
    return {"perplexity_per_token": perplexity_per_token()(scores), "samples": len(scores)}
