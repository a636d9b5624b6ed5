# origin: https://github.com/bytetriper/RAE/issues/67
# kinds: method method
import torch
from torch.nn.utils import clip_grad_norm_


@torch.no_grad()
def update_ema(ema_model, model, decay=0.9999):
    for e, p in zip(ema_model.parameters(), model.parameters()):
        e.mul_(decay).add_(p.data, alpha=1 - decay)


def train(model, ema, rae, transport, loader, training_cfg, autocast_kwargs, device, logger):
    epochs = training_cfg.get("epochs", 1400)
    grad_accum_steps = training_cfg.get("grad_accum_steps", 4)
    ema_decay = training_cfg.get("ema_decay", 0.9995)
    clip_grad = training_cfg.get("clip_grad", 1.0)
    log_every = training_cfg.get("log_every", 100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4, weight_decay=0.0, betas=(0.9, 0.95))
    schedl = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 1000))

    model.train()
    train_steps, running_loss = 0, 0.0
    for epoch in range(epochs):
        logger.info(f"Beginning epoch {epoch}...")
        optimizer.zero_grad(set_to_none=True)  #+
        accum_counter = 0
        step_loss_accum = 0.0
        for x, y in loader:
            x = x.to(device)
            y = y.to(device)
            with torch.no_grad():
                x = rae.encode(x)
            model_kwargs = dict(y=y)
            optimizer.zero_grad(set_to_none=True)  #!
            with torch.autocast(**autocast_kwargs):
                loss_tensor = transport.training_losses(model, x, model_kwargs)["loss"].mean()
            step_loss_accum += loss_tensor.item()
            (loss_tensor / grad_accum_steps).backward()
            accum_counter += 1

            if accum_counter < grad_accum_steps:
                continue

            clip_grad_norm_(model.parameters(), clip_grad)
            optimizer.step()
            schedl.step()
            update_ema(ema, model, decay=ema_decay)
            optimizer.zero_grad(set_to_none=True)  #+

            running_loss += step_loss_accum / grad_accum_steps
            train_steps += 1
            accum_counter = 0
            step_loss_accum = 0.0
            if train_steps % log_every == 0:
                logger.info(f"(step={train_steps:07d}) Train Loss: {running_loss / log_every:.4f}")
                running_loss = 0.0
