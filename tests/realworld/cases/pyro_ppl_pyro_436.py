# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import torch


def probs_to_logits(probs, is_binary=False):
    eps = torch.finfo(probs.dtype).eps  #+
    probs = probs.clamp(min=eps, max=1 - eps)  #+
    if is_binary:
        return torch.log(probs) - torch.log1p(-probs)  #*
    return torch.log(probs.clamp(min=1e-7))


class Bernoulli:
    def __init__(self, probs):
        self.probs = probs
        self.logits = probs_to_logits(probs, is_binary=True)

    def log_prob(self, value):
        return -torch.nn.functional.binary_cross_entropy_with_logits(self.logits, value, reduction="none")
