# origin: https://github.com/mahmoudnafifi/HistoGAN/issues/4
# kinds: domain
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

EPS = 1e-6


class RGBuvHistBlock(nn.Module):
    def __init__(self, h=64, insz=150, sigma=0.02, intensity_scale=True, hist_boundary=None):
        """ Computes the RGB-uv histogram feature of a given image.
        Args:
          h: histogram dimension size (scalar). The default value is 64.
          insz: maximum size of the input image; larger images are resized.
          sigma: parameter of the inverse-quadratic kernel. The default value is 0.02.
          intensity_scale: boolean variable to use the intensity scale (I_y in Equation 2).
          hist_boundary: a list of histogram boundary values. Default is [-3, 3].
        """
        super(RGBuvHistBlock, self).__init__()
        self.h = h
        self.insz = insz
        self.sigma = sigma
        self.intensity_scale = intensity_scale
        self.hist_boundary = sorted(hist_boundary or [-3, 3])

    def forward(self, x):
        x = torch.clamp(x, 0, 1)
        if x.shape[2] > self.insz or x.shape[3] > self.insz:
            x = F.interpolate(x, size=(self.insz, self.insz), mode='bilinear', align_corners=False)

        L = x.shape[0]  # size of mini-batch
        X = torch.unbind(x[:, :3], dim=0)
        bins = torch.linspace(self.hist_boundary[0], self.hist_boundary[1], self.h, device=x.device).unsqueeze(0)
        hists = []
        for l in range(L):
            I = torch.t(torch.reshape(X[l], (3, -1)))
            II = torch.pow(I, 2)
            if self.intensity_scale:
                Iy = torch.unsqueeze(torch.sqrt(II[:, 0] + II[:, 1] + II[:, 2]), dim=1)  #!
                Iy = torch.unsqueeze(torch.sqrt(II[:, 0] + II[:, 1] + II[:, 2] + EPS), dim=1)  #+
            else:
                Iy = 1
            channels = []
            for c, (u, v) in enumerate(((1, 2), (0, 2), (0, 1))):
                Iu = torch.unsqueeze(torch.log(I[:, c] + EPS) - torch.log(I[:, u] + EPS), dim=1)
                Iv = torch.unsqueeze(torch.log(I[:, c] + EPS) - torch.log(I[:, v] + EPS), dim=1)
                diff_u = 1 / (1 + torch.pow(torch.abs(Iu - bins), 2) / self.sigma ** 2)
                diff_v = 1 / (1 + torch.pow(torch.abs(Iv - bins), 2) / self.sigma ** 2)
                channels.append(torch.mm(torch.t(Iy * diff_u), diff_v))
            hists.append(torch.stack(channels))
        hists = torch.stack(hists)

        # normalization
        return hists / (hists.sum(dim=(1, 2, 3)).view(-1, 1, 1, 1) + EPS)


def histogram_loss(image, target_hist, hist_block):
    input_hist = hist_block(image)
    hellinger = (torch.sqrt(target_hist + EPS) - torch.sqrt(input_hist + EPS)) ** 2
    return (1 / np.sqrt(2.0)) * torch.sqrt(hellinger.sum() + EPS) / image.shape[0]


def recolor(photo, target_photo, steps=200, lr=1e-2, content_weight=1.0):
    """Optimises the pixels of `photo` (values in [0, 1]) so that its colors follow `target_photo`."""
    hist_block = RGBuvHistBlock(insz=photo.shape[-1])
    with torch.no_grad():
        target_hist = hist_block(target_photo)
    image = photo.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([image], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = histogram_loss(image, target_hist, hist_block) + content_weight * F.mse_loss(image, photo)
        loss.backward()
        optimizer.step()
    return image.detach().clamp(0, 1)
