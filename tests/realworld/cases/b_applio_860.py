# origin: https://github.com/IAHispano/Applio/pull/860
# kinds: loss-scale
import torch


def train(net_g, net_d, optim_g, optim_d, scaler, loader, losses):
    for batch in loader:
        with torch.cuda.amp.autocast(dtype=torch.float16):
            loss_disc = losses.discriminator(net_d, net_g, batch)
        optim_d.zero_grad()
        scaler.scale(loss_disc).backward()
        scaler.unscale_(optim_d)
        optim_d.step()  #!
        scaler.step(optim_d)  #+
        with torch.cuda.amp.autocast(dtype=torch.float16):
            loss_gen = losses.generator(net_d, net_g, batch)
        optim_g.zero_grad()
        scaler.scale(loss_gen).backward()
        scaler.unscale_(optim_g)
        scaler.step(optim_g)
        scaler.update()
