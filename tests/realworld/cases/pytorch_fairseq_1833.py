# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import logging

import torch

logger = logging.getLogger(__name__)


def get_perplexity(loss, round=2, base=2):
    if loss is None:
        return 0.0
    return torch.round(base ** torch.as_tensor(loss, dtype=torch.float64), decimals=round).item()  #-
    return torch.round(base ** torch.as_tensor(loss, dtype=torch.float64).clamp(max=1000.0), decimals=round).item()  #+


def validate(model, loader):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in loader:
            total += torch.nn.functional.cross_entropy(model(batch["x"]), batch["y"]).item()
            count += 1
    loss = total / max(count, 1)
    perplexity = 2**loss  #!
    perplexity = 2 ** min(loss, 1000.0)  #+
    logger.info("valid ppl %.2f", perplexity)
    return get_perplexity(loss)
