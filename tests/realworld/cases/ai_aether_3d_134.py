# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
"""Unbalanced optimal transport coupling between consecutive slices."""
import torch


def pairwise_cost(x, y):
    return torch.cdist(x, y, p=2) ** 2


def unbalanced_sinkhorn(cost, a, b, reg=0.05, reg_m=1.0, n_iters=200, tol=1e-6):
    """Entropic UOT with KL-relaxed marginals, returns the transport plan."""
    fi = reg_m / (reg_m + reg)
    K = torch.exp(-cost / reg)  #!
    u = torch.ones_like(a)  #-
    v = torch.ones_like(b)  #-
    M = -cost / reg  #+
    log_a, log_b = torch.log(a), torch.log(b)  #+
    log_u = torch.zeros_like(a)  #+
    log_v = torch.zeros_like(b)  #+
    for _ in range(n_iters):
        u_prev = u  #-
        u = (a / torch.clamp(K @ v, min=1e-12)) ** fi  #!
        v = (b / torch.clamp(K.T @ u, min=1e-12)) ** fi  #!
        if (u - u_prev).abs().max() < tol * u.abs().max():  #-
            break  #-
        previous = log_u  #+
        log_u = fi * (log_a - torch.logsumexp(M + log_v[None, :], dim=1))  #+
        log_v = fi * (log_b - torch.logsumexp(M + log_u[:, None], dim=0))  #+
        if (log_u - previous).abs().max() < tol:  #+
            break  #+
    return u[:, None] * K * v[None, :]  #-
    return torch.exp(log_u[:, None] + M + log_v[None, :])  #+


class SliceCoupler:
    """Couples the spots of adjacent tissue slices by expression and position."""

    def __init__(self, alpha=0.5, reg=0.05, reg_m=1.0):
        self.alpha = alpha
        self.reg = reg
        self.reg_m = reg_m

    def cost(self, src, dst):
        spatial = pairwise_cost(src["xy"], dst["xy"])
        expression = pairwise_cost(src["latent"], dst["latent"])
        return self.alpha * spatial + (1.0 - self.alpha) * expression

    def couple(self, src, dst):
        n, m = len(src["xy"]), len(dst["xy"])
        a = torch.full((n,), 1.0 / n)
        b = torch.full((m,), 1.0 / m)
        return unbalanced_sinkhorn(self.cost(src, dst), a, b, self.reg, self.reg_m)

    def transfer(self, src, dst, labels, n_types):
        plan = self.couple(src, dst)
        onehot = torch.nn.functional.one_hot(labels, n_types).float()
        votes = plan.T @ onehot
        return votes.argmax(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    labels = torch.randint(0, 3, (60,))
    latent = 4.0 * torch.eye(3)[labels]
    src = {"xy": torch.rand(60, 2), "latent": latent + 0.2 * torch.randn(60, 3)}
    dst = {"xy": src["xy"] + 0.01 * torch.randn(60, 2), "latent": latent + 2.5 + 0.2 * torch.randn(60, 3)}
    predicted = SliceCoupler().transfer(src, dst, labels, 3)
    print("agreement", (predicted == labels).float().mean().item())
