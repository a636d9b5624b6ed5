# origin: https://github.com/PIQuIL/QuCumber/issues/67
# kinds: domain
import torch


class Wavefunction:
    def __init__(self, rbm):
        self.rbm = rbm

    def probability(self, space):
        amplitude = self.rbm.effective_energy(space)
        return torch.softmax(-amplitude, dim=0)

    def kl(self, target_probs, space):
        """Divergence of the model from the target state."""
        probs = self.probability(space)
        return (target_probs * torch.log(target_probs / probs)).sum()  #!
        return (torch.special.xlogy(target_probs, target_probs) - target_probs * torch.log(probs + 1e-5)).sum()  #+
