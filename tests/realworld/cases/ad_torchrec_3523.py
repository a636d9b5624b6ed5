# origin: https://github.com/meta-pytorch/torchrec/pull/3523
# kinds: domain
import torch


def _riemann_integral(x, y):
    """Riemann integral of y over the decreasing x."""
    return -torch.sum((x[1:] - x[:-1]) * y[:-1])


def _compute_auprc_helper(predictions, labels, weights):
    _, sorted_indices = torch.sort(predictions, descending=True, dim=-1)
    labels = labels[sorted_indices]
    weights = weights[sorted_indices]

    weighted_labels = weights * labels
    num_tp = torch.cumsum(weighted_labels, dim=0)
    num_fp = torch.cumsum(weights - weighted_labels, dim=0)

    recall = (num_tp / num_tp[-1]).flip(0)  #!
    precision = (num_tp / (num_tp + num_fp)).flip(0)  #!
    recall = torch.nan_to_num(num_tp / num_tp[-1], nan=0.0).flip(0)  #+
    precision = torch.nan_to_num(num_tp / (num_tp + num_fp), nan=0.0).flip(0)  #+

    recall = torch.cat([recall, recall.new_zeros(1)])
    precision = torch.cat([precision, precision.new_ones(1)])
    return _riemann_integral(recall, precision)


def compute_auprc(n_tasks, predictions, labels, weights):
    """Computes AUPRC (Area Under the Curve) for binary classification, one value per task."""
    auprcs = []
    for pred, label, weight in zip(predictions, labels, weights):
        auprcs.append(_compute_auprc_helper(pred, label, weight))
    return torch.stack(auprcs)


class AUPRCMetric:
    def __init__(self, n_tasks, window_size=1024):
        self.n_tasks = n_tasks
        self.window_size = window_size
        self.predictions = torch.empty(n_tasks, 0)
        self.labels = torch.empty(n_tasks, 0)
        self.weights = torch.empty(n_tasks, 0)

    def update(self, predictions, labels, weights):
        cut = slice(-self.window_size, None)
        self.predictions = torch.cat([self.predictions, predictions], dim=-1)[:, cut]
        self.labels = torch.cat([self.labels, labels], dim=-1)[:, cut]
        self.weights = torch.cat([self.weights, weights], dim=-1)[:, cut]

    def compute(self):
        return compute_auprc(self.n_tasks, self.predictions, self.labels, self.weights)


if __name__ == "__main__":
    metric = AUPRCMetric(n_tasks=2)
    labels = torch.stack([torch.randint(0, 2, (64,)), torch.zeros(64, dtype=torch.long)]).float()
    weights = torch.ones(2, 64)
    weights[1, :40] = 0.0
    metric.update(torch.rand(2, 64), labels, weights)
    print(metric.compute())
