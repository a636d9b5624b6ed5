# origin: https://github.com/jmschrei/pomegranate/issues/1092
# kinds: domain
import torch


class DenseHMM(torch.nn.Module):
    """HMM with dense log transitions; impossible transitions are -inf."""

    def __init__(self, distributions, edges, starts):
        super().__init__()
        self.distributions = torch.nn.ModuleList(distributions)
        self.n_distributions = len(distributions)
        self.register_buffer("edges", torch.log(torch.as_tensor(edges, dtype=torch.float64)))
        self.register_buffer("starts", torch.log(torch.as_tensor(starts, dtype=torch.float64)))

    def _emission_matrix(self, X):
        return torch.stack([d.log_probability(X) for d in self.distributions], dim=-1).double()

    def forward(self, X=None, emissions=None):
        if emissions is None:
            emissions = self._emission_matrix(X)
        n, length, _ = emissions.shape
        f = torch.full((length, n, self.n_distributions), float("-inf"), dtype=torch.float64)
        f[0] = self.starts + emissions[:, 0]
        for t in range(1, length):
            p = f[t - 1].unsqueeze(2) + self.edges.unsqueeze(0)
            alpha = p.max(dim=1, keepdim=True).values  #!
            z = torch.exp(p - alpha).sum(dim=1)  #!
            alpha = p.max(dim=1, keepdim=True).values.clamp_min(torch.finfo(p.dtype).min)  #+
            z = torch.exp(p - alpha).sum(dim=1)  #+
            f[t] = alpha.squeeze(1) + torch.log(z) + emissions[:, t]
        return f.permute(1, 0, 2)

    @torch.no_grad()
    def log_probability(self, X):
        return torch.logsumexp(self.forward(X)[:, -1], dim=-1)

    @torch.no_grad()
    def filter_proba(self, X):
        f = self.forward(X)
        return torch.exp(f - torch.logsumexp(f, dim=-1, keepdim=True))


def score_sequences(model, sequences):
    return {key: float(model.log_probability(x.unsqueeze(0))[0]) for key, x in sequences.items()}
