# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import torch


class RationalQuadraticBin:
    """One bin of a monotone rational-quadratic spline."""

    def __init__(self, width, height, left, right):
        self.width, self.height, self.left, self.right = width, height, left, right

    @property
    def delta(self):
        return self.height / self.width

    def inverse(self, y):
        s = self.left + self.right - 2 * self.delta
        a = y * s + self.height * (self.delta - self.left)
        b = self.height * self.left - y * s
        c = -self.delta * y
        discriminant = b.pow(2) - 4 * a * c
        discriminant = discriminant.clamp(min=1e-12)  #+
        root = (2 * c) / (-b - torch.sqrt(discriminant))  #*
        return root * self.width


def sample(bins, n):
    u = torch.rand(n)
    return torch.stack([b.inverse(u * b.height) for b in bins])
