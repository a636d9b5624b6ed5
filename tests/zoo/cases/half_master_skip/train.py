"""Half-precision weights, float32 master copy, dynamic loss scale by hand: the recipe from before torch.amp."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class LossScale:
    def __init__(self, value=2.0 ** 24, growth_every=40):
        self.value, self.growth_every, self.good = value, growth_every, 0

    def overflowed(self, params):
        return any(not torch.isfinite(p.grad).all() for p in params if p.grad is not None)

    def update(self, overflow):
        if overflow:
            self.value, self.good = self.value / 2, 0
            return
        self.good += 1
        if self.good % self.growth_every == 0:
            self.value *= 2


def convnet():
    return nn.Sequential(nn.Conv2d(1, 8, 3, 2), nn.ReLU(), nn.Conv2d(8, 16, 3, 2), nn.ReLU(), nn.Flatten(),
                         nn.Linear(16 * 9, 4))


def shapes(n, gen):
    """bars and dots in four places"""
    y = torch.randint(0, 4, (n,), generator=gen)
    img = 0.3 * torch.randn(n, 1, 16, 16, generator=gen)
    for i, c in enumerate(y.tolist()):
        r, s = 2 + 7 * (c // 2), 2 + 7 * (c % 2)
        img[i, 0, r:r + 5, s:s + 5] += 1.0
    return img, y


def main():
    torch.manual_seed(10)
    gen = torch.Generator().manual_seed(10)
    master = [p.detach().clone().requires_grad_() for p in convnet().parameters()]
    model = convnet().half()
    opt = torch.optim.SGD(master, lr=0.05, momentum=0.9)
    scale, skipped = LossScale(), 0
    img, y = shapes(512, gen)
    for it in range(120):
        with torch.no_grad():
            for h, m in zip(model.parameters(), master):
                h.copy_(m)
        idx = torch.randint(0, 512, (32,), generator=gen)
        loss = F.cross_entropy(model(img[idx].half()).float(), y[idx])
        model.zero_grad(set_to_none=True)
        (loss * scale.value).backward()
        bad = scale.overflowed(model.parameters())
        if bad:
            skipped += 1
        else:
            for h, m in zip(model.parameters(), master):
                m.grad = h.grad.float() / scale.value
            opt.step()
        scale.update(bad)
        if it % 20 == 0:
            print(f"{it} loss {loss.item():.4f} scale 2^{torch.tensor(scale.value).log2().item():.0f} skipped {skipped}")


main()
