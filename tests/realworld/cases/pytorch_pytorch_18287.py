# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain overflow
import math

import torch


def cutoff_cosine(distances: torch.Tensor, cutoff: float) -> torch.Tensor:
    return torch.where(  #!
        distances <= cutoff,  #-
        0.5 * torch.cos(math.pi * distances / cutoff) + 0.5,  #-
        torch.zeros_like(distances),  #-
    )  #-
    inside = distances <= cutoff  #+
    safe = torch.where(inside, distances, torch.zeros_like(distances))  #+
    return torch.where(inside, 0.5 * torch.cos(math.pi * safe / cutoff) + 0.5, torch.zeros_like(distances))  #+


def radial_terms(positions, pairs, padding, eta=16.0, cutoff=5.2):
    vectors = positions[pairs[:, 0]] - positions[pairs[:, 1]]
    distances = torch.linalg.vector_norm(vectors, dim=-1)
    distances = distances.masked_fill(padding, math.inf)
    return torch.exp(-eta * distances.clamp(max=cutoff) ** 2) * cutoff_cosine(distances, cutoff)
