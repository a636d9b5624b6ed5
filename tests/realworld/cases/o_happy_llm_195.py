# origin: https://github.com/datawhalechina/happy-llm/pull/195
# kinds: loss-scale overflow
import argparse
from contextlib import nullcontext

import torch
from torch import optim
from torch.utils.data import DataLoader

from dataset import PretrainDataset
from k_model import ModelConfig, Transformer


def train_epoch(epoch, loader, model, optimizer, scaler, ctx, args):
    model.train()
    optimizer.zero_grad(set_to_none=True)
    for step, (X, Y, loss_mask) in enumerate(loader):
        X, Y, loss_mask = X.to(args.device), Y.to(args.device), loss_mask.to(args.device).view(-1)
        with ctx:
            out = model(X, Y)
            loss = torch.sum(out.last_loss.float() * loss_mask) / loss_mask.sum().clamp(min=1)
            loss = loss / args.accumulation_steps
        scaler.scale(loss).backward()
        if (step + 1) % args.accumulation_steps == 0 or step + 1 == len(loader):
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)
        if step % args.log_interval == 0:
            print(f"Epoch:[{epoch + 1}/{args.epochs}]({step}) loss:{loss.item() * args.accumulation_steps:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--device", type=str, default="cuda:0")
    parser.add_argument("--dtype", type=str, default="bfloat16")
    parser.add_argument("--accumulation_steps", type=int, default=8)
    parser.add_argument("--grad_clip", type=float, default=1.0)
    parser.add_argument("--log_interval", type=int, default=100)
    args = parser.parse_args()

    ptdtype = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[args.dtype]
    use_amp = "cuda" in args.device and ptdtype != torch.float32
    ctx = torch.cuda.amp.autocast() if use_amp else nullcontext()  #!
    ctx = torch.autocast("cuda", dtype=ptdtype) if use_amp else nullcontext()  #+
    model = Transformer(ModelConfig(dim=1024, n_layers=18)).to(args.device)
    loader = DataLoader(PretrainDataset("seq_monkey.jsonl", max_length=512), batch_size=64, shuffle=True)
    scaler = torch.amp.GradScaler("cuda", enabled=(args.dtype == "float16"))
    optimizer = optim.AdamW(model.parameters(), lr=2e-4)
    for epoch in range(args.epochs):
        train_epoch(epoch, loader, model, optimizer, scaler, ctx, args)
