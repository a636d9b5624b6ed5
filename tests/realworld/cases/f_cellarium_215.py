# origin: https://github.com/cellarium-ai/cellarium-ml/pull/215
# kinds: domain
import torch


class DecoderSCVI(torch.nn.Module):
    def __init__(self, in_features: int, out_features: int, eps: float = 1e-10):
        super().__init__()
        self.eps = eps
        self.normalized_mean_decoder = torch.nn.Linear(in_features, out_features)
        self.inverse_overdispersion = torch.nn.Parameter(torch.zeros(out_features))

    def forward(self, z, library_size):
        chi = torch.softmax(self.normalized_mean_decoder(z), dim=-1)
        mean = library_size * chi
        rate = torch.nn.functional.relu(mean)
        theta = self.inverse_overdispersion.clamp(-8, 8).exp()
        return self.loglik(rate, theta, z)

    def loglik(self, rate, theta, counts):
        return (counts * torch.log(rate) - rate - torch.lgamma(counts + 1)).sum(-1)  #!
        return (counts * torch.log(rate + self.eps) - rate - torch.lgamma(counts + 1)).sum(-1)  #+
