# origin: https://github.com/fastino-ai/GLiNER2/pull/155
# kinds: precision domain loss-scale domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def marginal_pair_consistency_loss(pair_logits, pair_boundaries, boundary_logits, pair_mask):
    """Boundary probability should agree with the noisy-or of the spans using it.

    pair_logits: (B, P), pair_boundaries: (B, P) index of the boundary of each pair,
    boundary_logits: (B, T), pair_mask: (B, P)
    """
    probabilities = torch.sigmoid(pair_logits)
    probabilities = probabilities.float()  #+
    log_survival = torch.log1p(-probabilities.clamp(max=1.0 - 1e-6))  #*
    log_survival = log_survival.masked_fill(~pair_mask, 0.0)

    total = torch.zeros(boundary_logits.shape, dtype=log_survival.dtype, device=log_survival.device)
    total.scatter_add_(1, pair_boundaries, log_survival)
    marginal = 1.0 - torch.exp(total)
    return F.mse_loss(torch.sigmoid(boundary_logits).float(), marginal.float())


class BoundarySpanModel(nn.Module):
    def __init__(self, encoder, hidden=768):
        super().__init__()
        self.encoder = encoder
        self.boundary = nn.Linear(hidden, 1)
        self.start_proj = nn.Linear(hidden, hidden)
        self.end_proj = nn.Linear(hidden, hidden)

    def forward(self, x, starts, ends):
        h = self.encoder(x)
        boundary_logits = self.boundary(h).squeeze(-1)
        b = torch.arange(h.shape[0], device=h.device)[:, None]
        hs, he = self.start_proj(h[b, starts]), self.end_proj(h[b, ends])
        pair_logits = (hs * he).sum(-1)
        return boundary_logits, pair_logits


def train_step(model, batch, optimizer, scaler, consistency_loss_weight=0.1, fp16=True, device="cuda"):
    with torch.autocast(device_type=device, dtype=torch.float16, enabled=fp16):
        boundary_logits, pair_logits = model(batch["x"], batch["starts"], batch["ends"])
        loss = F.binary_cross_entropy_with_logits(boundary_logits, batch["boundary_labels"].to(boundary_logits.dtype))
        loss = loss + consistency_loss_weight * marginal_pair_consistency_loss(
            pair_logits, batch["starts"], boundary_logits, batch["pair_mask"]
        )
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
