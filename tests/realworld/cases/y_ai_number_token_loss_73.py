# origin: https://github.com/tum-ai/number-token-loss/issues/73
# kinds: domain
import torch
import torch.nn.functional as F
from torch import Tensor


class NTLossDotProduct:
    """Squared distance between the expected and the true value at the number tokens."""

    def __init__(self, tokenizer, vocab_size, device, ignore_index=-100):
        self.ignore_index = ignore_index
        self.number_values = torch.full((vocab_size,), float("nan"), device=device)
        for token, idx in tokenizer.get_vocab().items():
            if token.isdigit() and len(token) == 1:
                self.number_values[idx] = float(token)
        self.is_number_token = ~torch.isnan(self.number_values)

    def __call__(self, logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
        labels = labels.masked_fill(labels == self.ignore_index, 0)
        y = self.number_values[labels]
        valid_positions = ~torch.isnan(y)

        number_logits = logits[..., self.is_number_token]
        probs = F.softmax(number_logits[valid_positions], dim=-1)
        yhat = torch.sum(probs * self.number_values[self.is_number_token], dim=-1)
        loss = F.mse_loss(yhat, y[valid_positions], reduction="none")
        if reduction == "mean":
            return torch.mean(loss)  #!
            return loss.sum() / valid_positions.sum().clamp(min=1)  #+
        return loss.sum()


def training_step(model, batch, ntl, ntl_weight=0.3):
    logits = model(batch["input_ids"])
    shift_logits, shift_labels = logits[:, :-1], batch["labels"][:, 1:]
    ce = F.cross_entropy(shift_logits.flatten(0, 1), shift_labels.flatten())
    return ce + ntl_weight * ntl(shift_logits, shift_labels)
