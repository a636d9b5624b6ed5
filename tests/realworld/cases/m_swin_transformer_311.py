# origin: https://github.com/microsoft/Swin-Transformer/issues/311
# kinds: loss-scale precision overflow underflow explosion
import torch
import torch.nn as nn


def get_grad_norm(parameters, norm_type=2.0):
    grads = [p.grad.detach() for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    return torch.norm(torch.stack([torch.norm(g, norm_type) for g in grads]), norm_type)


def train_one_epoch(config, model, data_loader, optimizer, epoch, lr_scheduler, scaler):
    model.train()
    optimizer.zero_grad()
    num_steps = len(data_loader)
    norms = []

    for idx, (img, mask) in enumerate(data_loader):
        img = img.to(config.device, non_blocking=True)
        mask = mask.to(config.device, non_blocking=True)
        with torch.autocast(device_type=config.device, dtype=torch.float16, enabled=config.amp):
            loss = model(img, mask)

        loss = loss / config.accumulation_steps
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)  #!
        if (idx + 1) % config.accumulation_steps == 0:
            scaler.unscale_(optimizer)  #+
            if config.clip_grad:
                grad_norm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_grad)
            else:
                grad_norm = get_grad_norm(model.parameters())
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            lr_scheduler.step_update(epoch * num_steps + idx)
            norms.append(float(grad_norm))
    return norms
