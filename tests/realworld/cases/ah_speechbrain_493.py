# origin: https://github.com/speechbrain/speechbrain/issues/493
# kinds: domain
import torch
import torch.nn as nn


class InputNormalization(nn.Module):
    """Performs mean and variance normalization of the input tensor."""

    def __init__(self, mean_norm=True, std_norm=True, norm_type="sentence"):
        super().__init__()
        self.mean_norm = mean_norm
        self.std_norm = std_norm
        self.norm_type = norm_type
        self.eps = 1e-10

    def forward(self, x, lengths):
        """x: [batch, time, features], lengths: relative length of each sentence in [0, 1]."""
        out = torch.zeros_like(x)
        for snt_id in range(x.shape[0]):
            actual_size = int(torch.round(lengths[snt_id] * x.shape[1]))
            current_mean, current_std = self._compute_current_stats(x[snt_id, 0:actual_size, ...])
            if self.norm_type == "sentence":
                out[snt_id] = (x[snt_id] - current_mean) / current_std
        return out

    def _compute_current_stats(self, x):
        if self.mean_norm:
            current_mean = torch.mean(x, dim=0).detach()
        else:
            current_mean = torch.zeros(x.shape[-1])
        if self.std_norm:
            current_std = torch.std(x, dim=0).detach()  #!
            current_std = torch.std(x, dim=0, unbiased=False).detach()  #+
        else:
            current_std = torch.ones(x.shape[-1])
        # Improving numerical stability of std
        current_std = torch.max(current_std, self.eps * torch.ones_like(current_std))
        return current_mean, current_std


class Classifier(nn.Module):
    def __init__(self, n_mels=40, n_classes=10):
        super().__init__()
        self.norm = InputNormalization()
        self.net = nn.Sequential(nn.Linear(n_mels, 128), nn.LeakyReLU(), nn.Linear(128, n_classes))

    def forward(self, feats, lengths):
        return self.net(self.norm(feats, lengths)).mean(dim=1)


if __name__ == "__main__":
    feats = torch.tensor([[[-100.0] * 40]])
    print(Classifier()(feats, torch.ones(1)))
