# origin: https://github.com/BorealisAI/SLAPS-GNN/issues/3
# kinds: domain
import numpy as np


def epsilon_graph(points, radius, scale=0.15):
    """Gaussian weights between points closer than radius, without self loops."""
    sq = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    A = np.exp(-sq / (2.0 * scale ** 2))
    A[sq > radius ** 2] = 0.0
    np.fill_diagonal(A, 0.0)
    return A


def normalized_laplacian(A):
    degree = A.sum(axis=1)
    degree = np.where(degree > 0, degree, 1.0)  #+
    d_inv_sqrt = 1.0 / np.sqrt(degree)  #*
    return np.eye(len(A)) - d_inv_sqrt[:, None] * A * d_inv_sqrt[None, :]


def kmeans(X, k, rng, iters=50):
    centers = X[rng.choice(len(X), k, replace=False)]
    for _ in range(iters):
        labels = np.argmin(((X[:, None] - centers[None]) ** 2).sum(-1), axis=1)
        for j in range(k):
            members = X[labels == j]
            if len(members):
                centers[j] = members.mean(axis=0)
    return labels


class SpectralClustering:
    def __init__(self, n_clusters=2, radius=0.3, seed=0):
        self.n_clusters = n_clusters
        self.radius = radius
        self.rng = np.random.default_rng(seed)

    def fit_predict(self, points):
        A = epsilon_graph(points, self.radius)
        L = normalized_laplacian(A)
        _, vectors = np.linalg.eigh(L)
        embedding = vectors[:, : self.n_clusters]
        length = np.linalg.norm(embedding, axis=1, keepdims=True)
        embedding = embedding / np.maximum(length, 1e-12)
        return kmeans(embedding, self.n_clusters, self.rng)


def two_moons(n, rng, noise=0.05):
    t = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(t[: n // 2]), np.sin(t[: n // 2])], axis=1)
    lower = np.stack([1 - np.cos(t[n // 2:]), 0.5 - np.sin(t[n // 2:])], axis=1)
    return np.concatenate([upper, lower]) + noise * rng.standard_normal((n, 2))


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    pts = np.concatenate([two_moons(200, rng), rng.uniform(-2, 3, (8, 2))])
    print(np.bincount(SpectralClustering(radius=0.25).fit_predict(pts)))
