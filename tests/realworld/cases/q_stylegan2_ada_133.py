# origin: https://github.com/NVlabs/stylegan2-ada-pytorch/issues/133
# kinds: domain
import numpy as np
import torch


class StyleGAN2Loss:
    def __init__(self, device, G_mapping, G_synthesis, pl_batch_shrink=2, pl_decay=0.01, pl_weight=2):
        self.device = device
        self.G_mapping = G_mapping
        self.G_synthesis = G_synthesis
        self.pl_batch_shrink = pl_batch_shrink
        self.pl_decay = pl_decay
        self.pl_weight = pl_weight
        self.pl_mean = torch.zeros([], device=device)

    def run_G(self, z, c):
        ws = self.G_mapping(z, c)
        img = self.G_synthesis(ws)
        return img, ws

    def accumulate_path_length(self, gen_z, gen_c, gain):
        batch_size = max(gen_z.shape[0] // self.pl_batch_shrink, 1)
        gen_img, gen_ws = self.run_G(gen_z[:batch_size], gen_c[:batch_size])
        pl_noise = torch.randn_like(gen_img) / np.sqrt(gen_img.shape[2] * gen_img.shape[3])
        pl_grads = torch.autograd.grad(outputs=[(gen_img * pl_noise).sum()], inputs=[gen_ws],
                                       create_graph=True, only_inputs=True)[0]
        pl_lengths = pl_grads.square().sum(2).mean(1).sqrt()  #!
        pl_lengths = (pl_grads.square().sum(2).mean(1) + 1e-8).sqrt()  #+
        pl_mean = self.pl_mean.lerp(pl_lengths.mean(), self.pl_decay)
        self.pl_mean.copy_(pl_mean.detach())
        pl_penalty = (pl_lengths - pl_mean).square()
        loss_pl = pl_penalty * self.pl_weight
        loss_pl.mean().mul(gain).backward()
        return loss_pl.detach().mean()


def regularize(loss, G_opt, gen_z, gen_c, gain=4):
    G_opt.zero_grad(set_to_none=True)
    value = loss.accumulate_path_length(gen_z, gen_c, gain)
    G_opt.step()
    return value
