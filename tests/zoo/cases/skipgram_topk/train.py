import argparse
import math

import torch
import torch.nn.functional as F
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=300)
parser.add_argument("--vocab", type=int, default=400)
parser.add_argument("--dim", type=int, default=24)
args = parser.parse_args()

torch.manual_seed(64)


class SkipGram(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.centre = nn.Embedding(vocab, dim, sparse=True)
        self.context = nn.Embedding(vocab, dim, sparse=True)
        nn.init.zeros_(self.context.weight)

    def forward(self, centre, context, negatives):
        c = self.centre(centre).unsqueeze(2)
        pos = (self.context(context).unsqueeze(1) @ c).squeeze(2)
        neg = (self.context(negatives) @ c).squeeze(2)
        return -(F.logsigmoid(pos).sum(1) + F.logsigmoid(-neg).sum(1)).mean()

    @torch.no_grad()
    def suggest(self, word, k=5, temperature=0.7):
        """Sample one of the k likeliest context words, never the word itself."""
        scores = self.context.weight @ self.centre.weight[word] / temperature
        scores[word] = -math.inf
        kth = scores.topk(k).values[-1]
        scores = scores.masked_fill(scores < kth, -math.inf)
        return torch.multinomial(scores.softmax(0), 1).item()


def pairs(step, batch=64):
    g = torch.Generator().manual_seed(1000 + step)
    centre = torch.randint(0, args.vocab, (batch,), generator=g)
    context = (centre + torch.randint(1, 4, (batch,), generator=g)) % args.vocab
    negatives = torch.randint(0, args.vocab, (batch, 6), generator=g)
    return centre, context, negatives


model = SkipGram(args.vocab, args.dim)
optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.03)
lowest, since = math.inf, 0
for step in range(args.steps):
    loss = model(*pairs(step))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if loss.item() < lowest:
        lowest, since = loss.item(), 0
    else:
        since += 1
    if step % 60 == 0:
        print(f"step {step} loss {loss.item():.4f} lowest {lowest:.4f} (since {since}) 17 -> {model.suggest(17)}")
