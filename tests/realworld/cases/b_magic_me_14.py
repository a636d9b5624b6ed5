# origin: https://github.com/Zhen-Dong/Magic-Me/issues/14
# kinds: domain
import torch
import torch.nn.functional as F


class Trainer:
    def diffusion_loss(self, unet, noisy, timesteps, embeddings, noise, masks):
        model_pred = unet(noisy, timesteps, embeddings).sample
        loss = F.mse_loss(model_pred.float(), noise.float(), reduction="none") * masks
        loss = loss.sum([1, 2, 3, 4]) / masks.sum([1, 2, 3, 4])  #!
        loss = loss.sum([1, 2, 3, 4]) / (masks.sum([1, 2, 3, 4]) + 1e-6)  #+
        return loss.mean()
