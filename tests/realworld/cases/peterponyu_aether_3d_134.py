# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow overflow domain
import torch


class UnbalancedSinkhorn:
    def __init__(self, reg=0.05, tau=1.0, iterations=100):
        self.reg = reg
        self.fi = tau / (tau + reg)
        self.iterations = iterations

    def plan(self, a, b, C):
        K = torch.exp(-C / self.reg)  #!
        u = torch.ones_like(a)  #-
        v = torch.ones_like(b)  #-
        f, g = torch.zeros_like(a), torch.zeros_like(b)  #+
        for _ in range(self.iterations):
            u = (a / torch.clamp(K @ v, min=1e-12)) ** self.fi  #!
            v = (b / torch.clamp(K.T @ u, min=1e-12)) ** self.fi  #!
            f = self.fi * self.reg * (a.log() - torch.logsumexp((g - C) / self.reg, dim=1))  #+
            g = self.fi * self.reg * (b.log() - torch.logsumexp((f[:, None] - C) / self.reg, dim=0))  #+
        return u[:, None] * K * v[None, :]  #-
        return torch.exp(((f[:, None] + g - C) / self.reg).clamp(max=0.0))  #+
