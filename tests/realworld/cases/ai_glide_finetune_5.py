# origin: https://github.com/afiaka87/glide-finetune/issues/5
# kinds: underflow precision loss-scale
import argparse

import torch
import torch.nn.functional as F
from glide_text2im.download import load_checkpoint
from glide_text2im.model_creation import create_model_and_diffusion, model_and_diffusion_defaults


def load_model(use_fp16=False, timesteps="1000"):
    options = model_and_diffusion_defaults()
    options["timestep_respacing"] = timesteps
    options["use_fp16"] = False
    model, diffusion = create_model_and_diffusion(**options)
    model.load_state_dict(load_checkpoint("base", "cpu"))
    if use_fp16:  #-
        model = model.half()  #!
    return model, diffusion, options


def base_train_step(model, diffusion, batch, device):
    tokens, masks, reals = [x.to(device) for x in batch]
    timesteps = torch.randint(0, len(diffusion.betas) - 1, (reals.shape[0],), device=device)
    noise = torch.randn_like(reals)
    x_t = diffusion.q_sample(reals, timesteps, noise=noise)
    dtype = next(model.parameters()).dtype
    model_output = model(x_t.to(dtype), timesteps, tokens=tokens, mask=masks)
    epsilon, _ = torch.split(model_output, reals.shape[1], dim=1)
    return F.mse_loss(epsilon.float(), noise.float())


def run_finetune_epoch(model, diffusion, dataloader, optimizer, device, grad_acc=1, use_fp16=False):
    model.to(device).train()
    scaler = torch.cuda.amp.GradScaler(enabled=use_fp16)  #+
    losses = []
    for it, batch in enumerate(dataloader):
        loss = base_train_step(model, diffusion, batch, device) / grad_acc  #-
        loss.backward()  #-
        with torch.autocast("cuda", dtype=torch.float16, enabled=use_fp16):  #+
            loss = base_train_step(model, diffusion, batch, device) / grad_acc  #+
        scaler.scale(loss).backward()  #+
        if (it + 1) % grad_acc == 0:
            optimizer.step()  #-
            scaler.step(optimizer)  #+
            scaler.update()  #+
            optimizer.zero_grad()
        losses.append(loss.item() * grad_acc)
        if it % 50 == 0:
            print(f"iter {it}: loss {losses[-1]:.4f}")
    return sum(losses) / max(len(losses), 1)


def main(dataloader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", "-lr", type=float, default=1e-5)
    parser.add_argument("--adam_weight_decay", "-wd", type=float, default=0.0)
    parser.add_argument("--use_fp16", "-fp16", action="store_true")
    parser.add_argument("--epochs", type=int, default=20)
    args = parser.parse_args()

    model, diffusion, _ = load_model(use_fp16=args.use_fp16)
    optimizer = torch.optim.AdamW(  #*
        [x for x in model.parameters() if x.requires_grad],  #*
        lr=args.learning_rate,  #*
        weight_decay=args.adam_weight_decay,  #*
    )  #*
    for epoch in range(args.epochs):
        loss = run_finetune_epoch(model, diffusion, dataloader, optimizer, "cuda", use_fp16=args.use_fp16)
        torch.save(model.state_dict(), f"glide-ft-{epoch}.pt")
        print(f"epoch {epoch}: mean loss {loss:.4f}")
