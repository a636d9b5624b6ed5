# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
import torch
from torch import nn

LARGE_NEGATIVE = -1e9


class PointerDecoder(nn.Module):
    """Attention decoder for routing problems: picks one unvisited stop per step."""

    def __init__(self, dim, clip=10.0):
        super().__init__()
        self.query = nn.Linear(2 * dim, dim, bias=False)
        self.key = nn.Linear(dim, dim, bias=False)
        self.clip = clip
        self.scale = dim ** -0.5

    def scores(self, context, nodes, visited):
        q = self.query(context).unsqueeze(1)
        k = self.key(nodes)
        logits = (q * k).sum(-1) * self.scale
        logits = self.clip * torch.tanh(logits)
        logits = logits.masked_fill(visited, LARGE_NEGATIVE)  #!
        logits = logits.masked_fill(visited, torch.finfo(logits.dtype).min)  #+
        return logits

    def forward(self, nodes, depot):
        batch, n, _ = nodes.shape
        visited = torch.zeros(batch, n, dtype=torch.bool, device=nodes.device)
        last = depot
        tour, logp = [], []
        for _ in range(n):
            context = torch.cat([depot, last], dim=-1)
            dist = self.scores(context, nodes, visited).log_softmax(dim=-1)
            pick = dist.argmax(dim=-1)
            logp.append(dist.gather(1, pick[:, None]).squeeze(1))
            tour.append(pick)
            visited = visited.scatter(1, pick[:, None], True)
            last = nodes[torch.arange(batch, device=nodes.device), pick]
        return torch.stack(tour, dim=1), torch.stack(logp, dim=1)


def load_for_serving(path, dim, device="cuda"):
    model = PointerDecoder(dim)
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.to(device).half().eval()


@torch.inference_mode()
def solve(model, coords_embedding, depot_embedding):
    tour, logp = model(coords_embedding.half(), depot_embedding.half())
    return tour.cpu(), logp.float().sum(dim=1).cpu()
