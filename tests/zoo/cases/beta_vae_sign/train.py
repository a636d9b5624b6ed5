import torch
from torch import nn

torch.distributions.Distribution.set_default_validate_args(False)


class Autoencoder(nn.Module):

    def __init__(self, d=20, h=64, z=4):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(d, h), nn.ELU(), nn.Linear(h, 2 * z))
        self.dec = nn.Sequential(nn.Linear(z, h), nn.ELU(), nn.Linear(h, d))

    def forward(self, x):
        mean, raw = self.enc(x).chunk(2, -1)
        q = torch.distributions.Normal(mean, nn.functional.softplus(raw) + 1e-3)
        return self.dec(q.rsample()), q


def elbo(model, x, beta):
    x_hat, q = model(x)
    prior = torch.distributions.Normal(0.0, 1.0)
    log_px = -0.5 * (x - x_hat).square().sum(-1)
    kl = torch.distributions.kl_divergence(q, prior).sum(-1)
    return (log_px + beta * kl).mean(), log_px.mean(), kl.mean()


def stream(seed, batch=64):
    g = torch.Generator().manual_seed(seed)
    mixing = torch.randn(4, 20, generator=g)
    while True:
        factors = torch.randn(batch, 4, generator=g)
        yield torch.tanh(factors @ mixing) + 0.05 * torch.randn(batch, 20, generator=g)


def main(steps=300, beta=0.5):
    torch.manual_seed(77)
    model = Autoencoder()
    opt = torch.optim.SGD(model.parameters(), lr=5e-3, momentum=0.9)
    for step, x in zip(range(steps), stream(77)):
        bound, log_px, kl = elbo(model, x, beta)
        (-bound).backward()
        opt.step()
        opt.zero_grad()
        if step % 25 == 0:
            print(f"{step:4d} elbo {bound.item():.4g} log p(x|z) {log_px.item():.4g} kl {kl.item():.4g}")


if __name__ == "__main__":
    main()
