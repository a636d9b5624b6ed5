# origin: https://github.com/SauersML/gam/issues/354
# kinds: domain precision cancellation
import torch


class PoincareAtoms(torch.nn.Module):
    def __init__(self, count, dim):
        super().__init__()
        self.tangent = torch.nn.Parameter(torch.randn(count, dim) * 0.1)

    def atoms(self):
        norm = self.tangent.norm(dim=-1, keepdim=True).clamp(min=1e-9)
        return torch.tanh(norm) * self.tangent / norm  #-
        return (torch.tanh(norm) * self.tangent / norm).clamp(-1 + 1e-5, 1 - 1e-5)  #+

    def depth(self):
        norm = self.tangent.norm(dim=-1).clamp(min=1e-9)
        radius = torch.tanh(norm)
        radius = radius.clamp(max=1 - 1e-5)  #+
        return 2 * torch.atanh(radius)  #*
