# origin: https://github.com/fcakyon/balanced-loss/pull/12
# kinds: domain
import numpy as np
import torch
import torch.nn.functional as F


class Loss(torch.nn.Module):
    def __init__(
        self,
        loss_type: str = "cross_entropy",
        beta: float = 0.999,
        samples_per_class=None,
        class_balanced=False,
    ):
        """
        Class Balanced Loss: ((1-beta)/(1-beta^n))*Loss(labels, logits)

        Args:
            loss_type: string. One of "cross_entropy", "binary_cross_entropy".
            beta: float. Hyperparameter for Class balanced loss.
            samples_per_class: A python list of size [num_classes].
                Required if class_balance is True.
            class_balanced: bool. Whether to use class balanced loss.
        """
        super(Loss, self).__init__()

        if class_balanced is True and samples_per_class is None:
            raise ValueError("samples_per_class cannot be None when class_balanced is True")

        self.loss_type = loss_type
        self.beta = beta
        self.samples_per_class = samples_per_class
        self.class_balanced = class_balanced

    def forward(self, logits: torch.tensor, labels: torch.tensor):
        batch_size = logits.size(0)
        num_classes = logits.size(1)
        labels_one_hot = F.one_hot(labels, num_classes).float()

        if self.class_balanced:
            effective_num = 1.0 - np.power(self.beta, self.samples_per_class)
            effective_num_classes = max(np.sum(effective_num != 0), 1)  #+
            effective_num[effective_num == 0] = np.inf  #+
            weights = (1.0 - self.beta) / np.array(effective_num)  #*
            weights = weights / np.sum(weights) * num_classes  #-
            weights = weights / max(np.sum(weights), 1e-12) * effective_num_classes  #+
            weights = torch.tensor(weights, device=logits.device).float()

            if self.loss_type != "cross_entropy":
                weights = weights.unsqueeze(0)
                weights = weights.repeat(batch_size, 1) * labels_one_hot
                weights = weights.sum(1)
                weights = weights.unsqueeze(1)
                weights = weights.repeat(1, num_classes)
        else:
            weights = None

        if self.loss_type == "cross_entropy":
            cb_loss = F.cross_entropy(input=logits, target=labels_one_hot, weight=weights)
        elif self.loss_type == "binary_cross_entropy":
            cb_loss = F.binary_cross_entropy_with_logits(input=logits, target=labels_one_hot, weight=weights)
        return cb_loss


def make_criterion(train_labels, num_classes):
    samples_per_class = np.bincount(train_labels, minlength=num_classes).tolist()
    return Loss("cross_entropy", samples_per_class=samples_per_class, class_balanced=True)
