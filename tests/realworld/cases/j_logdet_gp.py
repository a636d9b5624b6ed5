# origin: https://github.com/Laouen/THOI/issues/6
# kinds: overflow underflow domain cancellation precision
import math

import torch


class ExactGP:
    """Gaussian process regression with a squared exponential kernel."""

    def __init__(self, x, y, lengthscale=1.0, noise=1e-2):
        self.x, self.y = x, y
        self.raw = torch.tensor([math.log(lengthscale), math.log(noise)], requires_grad=True)

    def kernel(self, a, b):
        lengthscale = self.raw[0].clamp(-10, 10).exp()
        return torch.exp(-0.5 * torch.cdist(a, b).pow(2) / lengthscale**2)

    def nll(self):
        n = len(self.y)
        K = self.kernel(self.x, self.x) + self.raw[1].clamp(-10, 10).exp() * torch.eye(n)
        fit = self.y @ torch.linalg.inv(K) @ self.y  #-
        complexity = torch.log(torch.det(K))  #!
        L = torch.linalg.cholesky(K)  #+
        fit = self.y @ torch.cholesky_solve(self.y[:, None], L)[:, 0]  #+
        complexity = 2 * L.diagonal().log().sum()  #+
        return 0.5 * (fit + complexity + n * math.log(2 * math.pi))

    def fit(self, steps=100, lr=0.05):
        optimizer = torch.optim.Adam([self.raw], lr=lr)
        for _ in range(steps):
            optimizer.zero_grad()
            loss = self.nll()
            loss.backward()
            optimizer.step()
        return self
