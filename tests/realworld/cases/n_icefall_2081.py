# origin: https://github.com/k2-fsa/icefall/pull/2081
# kinds: loss-scale precision overflow underflow training
import torch
from torch.cuda.amp import GradScaler, autocast


def compute_loss(params, model, batch):
    video, lengths = batch["video"], batch["lengths"]
    log_probs, out_lengths = model(video, lengths)
    loss = torch.nn.functional.ctc_loss(
        log_probs.float(), batch["tokens"], out_lengths, batch["token_lengths"],
        blank=params.blank_id, reduction="sum", zero_infinity=True)
    frames = int(out_lengths.sum())
    return loss, {"loss": float(loss.detach()), "frames": frames}


def train_one_epoch(params, model, optimizer, scheduler, scaler, train_dl, device):
    model.train()
    running = {"loss": 0.0, "frames": 0}
    for batch_idx, batch in enumerate(train_dl):
        params.batch_idx_train += 1
        batch = {k: v.to(device) for k, v in batch.items()}
        with autocast(enabled=params.use_fp16):
            loss, info = compute_loss(params, model, batch)
        running = {k: running[k] + info[k] for k in running}

        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)  #+
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)  #!
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)  #+
        scheduler.step_batch(params.batch_idx_train)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()

        if batch_idx % params.log_interval == 0:
            print(f"batch {batch_idx} loss {running['loss'] / max(running['frames'], 1):.4f}")
    return running


def run(params, model, optimizer, scheduler, train_dl, device):
    scaler = GradScaler(enabled=params.use_fp16, init_scale=1.0)
    for epoch in range(params.num_epochs):
        scheduler.step_epoch(epoch)
        train_one_epoch(params, model, optimizer, scheduler, scaler, train_dl, device)
