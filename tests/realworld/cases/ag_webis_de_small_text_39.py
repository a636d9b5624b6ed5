# origin: https://github.com/webis-de/small-text/issues/39
# kinds: domain
import numpy as np
import torch
import torch.nn as nn


def _get_class_histogram(y, num_classes):
    ind, counts = np.unique(y, return_counts=True)
    ind_set = {int(v): int(c) for v, c in zip(ind, counts)}
    return np.array([ind_set.get(i, 0) for i in range(num_classes)])


def get_class_weights(y, num_classes, eps=1e-8):
    """Class weights inversely proportional to the observed occurrence; the most
    frequent class receives 1.0 and the other classes a weight greater than that."""
    label_counter = _get_class_histogram(y, num_classes)
    class_weights = torch.ones(num_classes, dtype=torch.float)
    num_samples = label_counter.sum()
    for c in range(num_classes):
        class_weights[c] = float((num_samples - label_counter[c]) / (label_counter[c] + eps))  #-
        class_weights[c] = float((num_samples - label_counter[c] + 1) / (label_counter[c] + 1))  #+

    if num_classes == 2:
        class_weights[class_weights.argmin()] = 1.0
    else:
        class_weights /= class_weights.min()  #*
    return class_weights


class KimCNNLikeClassifier(nn.Module):
    def __init__(self, vocab_size, num_classes, dim=32):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocab_size, dim)
        self.fc = nn.Linear(dim, num_classes)

    def forward(self, x):
        return self.fc(self.embed(x))


def fit(x, y, vocab_size, num_classes, class_weight='balanced', epochs=3, lr=1e-3):
    """One active learning iteration: train on the currently labeled set."""
    model = KimCNNLikeClassifier(vocab_size, num_classes)
    weights = get_class_weights(y, num_classes) if class_weight == 'balanced' else None
    criterion = nn.BCEWithLogitsLoss(pos_weight=weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    targets = nn.functional.one_hot(torch.as_tensor(y), num_classes).float()
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = criterion(model(x), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model, loss.item()
