# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain
import torch
import torch.nn as nn


class LinkPredictor(nn.Module):
    """Scores every pair of nodes; pairs with padding nodes carry no score."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.src = nn.Linear(in_dim, hidden_dim)
        self.dst = nn.Linear(in_dim, hidden_dim)

    def forward(self, nodes, node_mask):
        h_src = torch.tanh(self.src(nodes))
        h_dst = torch.tanh(self.dst(nodes))
        scores = torch.bmm(h_src, h_dst.transpose(1, 2))
        pair_mask = node_mask.unsqueeze(1) & node_mask.unsqueeze(2)
        return scores.masked_fill(~pair_mask, float("-inf")), pair_mask


class EdgeTrainer:
    def __init__(self, model, lr=1e-3, pos_weight=5.0, threshold=0.5):
        self.model = model
        self.optim = torch.optim.AdamW(model.parameters(), lr=lr)
        self.criterion = nn.BCEWithLogitsLoss(reduction="none", pos_weight=torch.tensor(pos_weight))
        self.threshold = threshold

    def compute_loss(self, logits, adjacency, pair_mask):
        per_edge = self.criterion(logits, adjacency.to(logits.dtype))  #!
        logits = logits.masked_fill(~pair_mask, 0.0)  #+
        per_edge = self.criterion(logits, adjacency.to(logits.dtype))  #+
        weight = pair_mask.to(per_edge.dtype)
        return (per_edge * weight).sum() / weight.sum().clamp(min=1.0)

    def step(self, batch):
        self.model.train()
        logits, pair_mask = self.model(batch["x"], batch["mask"])
        loss = self.compute_loss(logits, batch["adj"], pair_mask)
        self.optim.zero_grad(set_to_none=True)
        loss.backward()
        self.optim.step()
        return loss.detach()

    @torch.no_grad()
    def accuracy(self, batch):
        self.model.eval()
        logits, pair_mask = self.model(batch["x"], batch["mask"])
        predicted = logits.sigmoid() > self.threshold
        hits = (predicted == batch["adj"].bool()) & pair_mask
        return hits.sum().item() / max(int(pair_mask.sum()), 1)
