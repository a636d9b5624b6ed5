# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow domain
import math

import torch
from torch import nn
from torch.distributions import Categorical


class PointerDecoder(nn.Module):
    """Selects the next stop of a delivery tour among the stops still open."""

    def __init__(self, dim, clip=10.0):
        super().__init__()
        self.query = nn.Linear(2 * dim, dim, bias=False)
        self.key = nn.Linear(dim, dim, bias=False)
        self.clip = clip

    def logits(self, state, nodes, closed):
        q = self.query(state).unsqueeze(1)
        score = (q * self.key(nodes)).sum(-1) / math.sqrt(nodes.shape[-1])
        score = self.clip * torch.tanh(score)
        return score + closed.to(score.dtype) * -1e15  #!
        return score.masked_fill(closed, torch.finfo(score.dtype).min)  #+

    def forward(self, state, nodes, closed, greedy=False):
        probs = torch.softmax(self.logits(state, nodes, closed), dim=-1)
        if greedy:
            return probs.argmax(-1), probs
        return Categorical(probs=probs.float()).sample(), probs


@torch.no_grad()
def rollout(encoder, decoder, coords, steps):
    encoder, decoder = encoder.half(), decoder.half()
    nodes = encoder(coords.half())
    b, n, d = nodes.shape
    closed = torch.zeros(b, n, dtype=torch.bool, device=nodes.device)
    graph = nodes.float().mean(1).to(nodes.dtype)
    last = graph
    tour = []
    for _ in range(steps):
        # batches mix instances of different size: tours that are complete idle
        choice, _ = decoder(torch.cat([graph, last], -1), nodes, closed, greedy=False)
        tour.append(choice)
        closed = closed.scatter(1, choice[:, None], True)
        last = nodes.gather(1, choice[:, None, None].expand(-1, 1, d)).squeeze(1)
    return torch.stack(tour, dim=1)
