# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class ArcPrototypeLoss(nn.Module):
    """Pulls speaker embeddings towards their centroid along the hypersphere."""

    def __init__(self, num_speakers, dim, momentum=0.9):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("centroids", F.normalize(torch.randn(num_speakers, dim), dim=1))
        self.register_buffer("seen", torch.zeros(num_speakers, dtype=torch.bool))

    @torch.no_grad()
    def update_centroids(self, emb, speaker):
        for e, s in zip(emb, speaker.tolist()):
            if self.seen[s]:
                c = self.momentum * self.centroids[s] + (1.0 - self.momentum) * e
            else:
                c = e
            self.centroids[s] = F.normalize(c, dim=0)
            self.seen[s] = True

    def geodesic(self, a, b):
        cosine = (a * b).sum(dim=-1)  #-
        return torch.acos(cosine.clamp(-1.0, 1.0))  #!
        chord = torch.linalg.norm(a - b, dim=-1)  #+
        mid = torch.linalg.norm(a + b, dim=-1)  #+
        return 2.0 * torch.atan2(chord, mid)  #+

    def forward(self, emb, speaker):
        emb = F.normalize(emb, dim=-1)
        self.update_centroids(emb.detach(), speaker)
        arc = self.geodesic(emb, self.centroids[speaker])
        return arc.square().mean()


def train_epoch(encoder, loss_fn, loader, optimizer, device):
    encoder.train()
    running = 0.0
    for wav, speaker in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_fn(encoder(wav.to(device)), speaker.to(device))
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 5.0)
        optimizer.step()
        running += loss.item()
    return running / max(len(loader), 1)
