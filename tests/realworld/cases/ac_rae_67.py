# origin: https://github.com/bytetriper/RAE/issues/67
# kinds: method method
from copy import deepcopy

import torch
import torch.nn as nn


class DiT(nn.Module):
    def __init__(self, dim=64, hidden=256):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim + 1, hidden), nn.SiLU(), nn.Linear(hidden, dim))

    def forward(self, x, t):
        return self.net(torch.cat([x, t], dim=-1))


def training_losses(model, x1):
    x0 = torch.randn_like(x1)
    t = torch.rand(x1.shape[0], 1, device=x1.device)
    xt = t * x1 + (1 - t) * x0
    return ((model(xt, t) - (x1 - x0)) ** 2).mean(dim=-1)


@torch.no_grad()
def update_ema(ema_model, model, decay=0.9999):
    for ema_p, p in zip(ema_model.parameters(), model.parameters()):
        ema_p.mul_(decay).add_(p.data, alpha=1 - decay)


def main(rae_encode, loader, epochs=14, grad_accum_steps=4, clip_grad=1.0, log_every=100, device="cpu"):
    model = DiT().to(device)
    ema = deepcopy(model).to(device)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-4, betas=(0.9, 0.95), weight_decay=0)
    schedl = torch.optim.lr_scheduler.LambdaLR(opt, lambda step: min(1.0, (step + 1) / 100))

    train_steps = 0
    running_loss = 0.0
    for epoch in range(epochs):
        model.train()
        opt.zero_grad()
        accum_counter = 0
        step_loss_accum = 0.0
        for x in loader:
            x = x.to(device)
            with torch.no_grad():
                x = rae_encode(x)
            opt.zero_grad(set_to_none=True)  #!
            loss_tensor = training_losses(model, x).mean()
            step_loss_accum += loss_tensor.item()
            (loss_tensor / grad_accum_steps).backward()
            accum_counter += 1

            if accum_counter < grad_accum_steps:
                continue

            nn.utils.clip_grad_norm_(model.parameters(), clip_grad)
            opt.step()
            schedl.step()
            update_ema(ema, model, decay=0.9999)
            opt.zero_grad(set_to_none=True)  #+

            running_loss += step_loss_accum / grad_accum_steps
            train_steps += 1
            accum_counter = 0
            step_loss_accum = 0.0
            if train_steps % log_every == 0:
                print(f"(step={train_steps:07d}) Train Loss: {running_loss / log_every:.4f}")
                running_loss = 0.0
    return model, ema


if __name__ == "__main__":
    batches = [torch.randn(16, 64) for _ in range(32)]
    main(lambda x: x, batches, epochs=1)
