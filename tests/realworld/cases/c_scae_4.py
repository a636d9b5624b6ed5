# origin: https://github.com/mlberkeley/scae-pytorch/pull/4
# kinds: overflow underflow domain
import torch
import torch.distributions as D


class GaussianMixture:
    def __init__(self, locs, scales, mixing_logits):
        self._components = D.Normal(locs, scales)
        self._mixing = mixing_logits

    def mixing_log_prob(self):
        return self._mixing - torch.logsumexp(self._mixing, dim=1, keepdim=True)

    def log_prob(self, value):
        lp = self._components.log_prob(value.unsqueeze(1))
        joint = lp + self.mixing_log_prob()
        return torch.log(torch.sum(torch.exp(joint), dim=1))  #!
        return torch.logsumexp(joint, dim=1)  #+
