# origin: https://github.com/Haian-Jin/LVSM/pull/19
# kinds: loss-scale precision overflow underflow explosion
import torch
import torch.nn as nn


def train_epoch(model, loader, optimizer, lr_scheduler, config, device="cuda"):
    scaler = torch.amp.GradScaler(device, enabled=config.use_amp)
    optimizer.zero_grad(set_to_none=True)
    fwd_pass_step, param_update_step = 0, 0

    for batch in loader:
        batch = {key: value.to(device) for key, value in batch.items()}
        with torch.autocast(device_type=device, dtype=torch.float16, enabled=config.use_amp):
            result = model(batch)
        loss = result["loss"] / config.grad_accum_steps
        scaler.scale(loss).backward()
        fwd_pass_step += 1
        if fwd_pass_step % config.grad_accum_steps != 0:
            continue

        scaler.unscale_(optimizer)
        grad_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=config.grad_clip_norm)
        skip_step = bool(grad_norm > config.allowed_gradnorm)
        if skip_step:
            print(f"step {fwd_pass_step} grad norm too large {float(grad_norm)}, skipping")
        else:
            scaler.step(optimizer)
            scaler.update()  #!
            param_update_step += 1
        scaler.update()  #+
        lr_scheduler.step()
        optimizer.zero_grad(set_to_none=True)
    return param_update_step
