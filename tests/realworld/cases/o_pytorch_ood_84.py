# origin: https://github.com/kkirchheim/pytorch-ood/issues/84
# kinds: domain underflow
from typing import Callable, Optional, TypeVar

import torch
from torch import Tensor

Self = TypeVar("Self")


class Entropy:
    """
    Outlier scores from the entropy of the predicted class distribution.
    """

    def __init__(self, model: Optional[Callable[[Tensor], Tensor]]):
        self.model = model

    def fit(self: Self, data_loader, **kwargs) -> Self:
        return self

    def predict(self, x: Tensor) -> Tensor:
        """
        :param x: batch of inputs for the model
        """
        if self.model is None:
            raise RuntimeError("a model is needed to predict from inputs")
        with torch.no_grad():
            return self.predict_features(self.model(x))

    @torch.no_grad()
    def predict_features(self, logits: Tensor) -> Tensor:
        return self.score(logits)

    @staticmethod
    def score(logits: Tensor) -> Tensor:
        """
        :param logits: logits of the classifier, shape (batch, classes)
        """
        p = logits.softmax(dim=1)
        return -(p.log() * p).sum(dim=1)  #!
        log_p = logits.log_softmax(dim=1)  #+
        return -(log_p * p).sum(dim=1)  #+


def collect_scores(detector: Entropy, loader, device: str = "cpu"):
    scores, labels = [], []
    for x, y in loader:
        scores.append(detector.predict(x.to(device)).cpu())
        labels.append(y)
    return torch.cat(scores), torch.cat(labels)
