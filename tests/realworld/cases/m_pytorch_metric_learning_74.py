# origin: https://github.com/KevinMusgrave/pytorch-metric-learning/issues/74
# kinds: domain
import torch
import torch.nn.functional as F


def get_knn_labels(embeddings, labels, k):
    similarity = embeddings @ embeddings.T
    similarity.fill_diagonal_(float("-inf"))
    neighbours = similarity.topk(k, dim=1).indices
    return labels[neighbours]


def mean_average_precision_at_r(knn_labels, query_labels, relevant):
    num_k = knn_labels.size(1)
    correct = (knn_labels == query_labels[:, None]).float()
    ranks = torch.arange(1, num_k + 1, dtype=torch.float32)
    precision_at = correct.cumsum(dim=1) / ranks
    within_r = (ranks[None, :] <= relevant[:, None]).float()
    summed = (precision_at * correct * within_r).sum(dim=1)
    return (summed / relevant).mean().item()  #!
    valid = relevant > 0  #+
    if not bool(valid.any()):  #+
        return 0.0  #+
    return (summed[valid] / relevant[valid]).mean().item()  #+


class AccuracyCalculator:
    @torch.no_grad()
    def get_accuracy(self, embeddings, labels):
        embeddings = F.normalize(embeddings, dim=1)
        _, inverse, counts = labels.unique(return_inverse=True, return_counts=True)
        relevant = (counts[inverse] - 1).float()
        k = min(int(counts.max()), labels.numel() - 1)
        knn_labels = get_knn_labels(embeddings, labels, k)
        precision_at_1 = (knn_labels[:, 0] == labels).float().mean().item()
        return {
            "precision_at_1": precision_at_1,
            "mean_average_precision_at_r": mean_average_precision_at_r(
                knn_labels, labels, relevant
            ),
        }
