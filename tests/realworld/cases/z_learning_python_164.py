# origin: https://github.com/rsokl/Learning_Python/issues/164
# kinds: cancellation domain
import numpy as np


def pairwise_dists(x, y):
    """Euclidean distances between the rows of x, shape (M, D), and of y, shape (N, D)."""
    dists = -2 * np.matmul(x, y.T)
    dists += np.sum(x**2, axis=1)[:, np.newaxis]
    dists += np.sum(y**2, axis=1)
    return np.sqrt(dists)  #!
    return np.sqrt(np.clip(dists, 0, None))  #+


class KNNClassifier:
    def __init__(self, k=5, chunk=512):
        self.k = k
        self.chunk = chunk

    def fit(self, images, labels):
        self.x = np.asarray(images, dtype=np.float32).reshape(len(images), -1)
        self.y = np.asarray(labels)
        self.classes = np.unique(self.y)
        return self

    def predict(self, images):
        images = np.asarray(images, dtype=np.float32).reshape(len(images), -1)
        out = []
        for start in range(0, len(images), self.chunk):
            dists = pairwise_dists(images[start : start + self.chunk], self.x)
            nearest = np.argpartition(dists, self.k, axis=1)[:, : self.k]
            votes = self.y[nearest]
            counts = (votes[:, :, None] == self.classes).sum(axis=1)
            out.append(self.classes[counts.argmax(axis=1)])
        return np.concatenate(out)


def mean_within_class_distance(x, labels):
    result = {}
    for c in np.unique(labels):
        rows = x[labels == c]
        result[c] = pairwise_dists(rows, rows).mean()
    return result
