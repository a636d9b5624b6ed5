# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
import torch


@torch.compile
def normuon_normalization(U, V, muon_beta2):
    norm_U = U.norm(p=2, dim=(-2, -1), keepdim=True)
    neuron_norms = (U * U).mean(dim=-1, keepdim=True)
    V.lerp_(neuron_norms.to(V.dtype), 1 - muon_beta2)
    normalized = U / (V.sqrt() + 1e-8)
    norm_new = normalized.norm(p=2, dim=(-2, -1), keepdim=True)
    normalized.mul_(norm_U / norm_new)  #!
    normalized.mul_(norm_U / norm_new.clamp(min=1e-8))  #+
    return normalized, V
