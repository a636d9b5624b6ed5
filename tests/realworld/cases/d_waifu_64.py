# origin: https://github.com/harubaru/waifu-diffusion/issues/64
# kinds: loss-scale explosion precision underflow
import torch


def backward_and_step(unet, text_encoder, optimizer, scaler, lr_scheduler, loss, args):
    scaler.scale(loss).backward()
    if args.fp16:  #+
        scaler.unscale_(optimizer)  #+
    if args.train_text_encoder:
        params = list(unet.parameters()) + list(text_encoder.parameters())
        torch.nn.utils.clip_grad_norm_(params, 0.7071)  #*
    else:
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    lr_scheduler.step()
    optimizer.zero_grad()
