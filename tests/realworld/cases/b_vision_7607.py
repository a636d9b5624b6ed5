# origin: https://github.com/pytorch/vision/issues/7607
# kinds: domain
import torch


def rgb_to_hsv(image):
    r, g, b = image.unbind(dim=-3)
    maxc = torch.max(image, dim=-3).values
    minc = torch.min(image, dim=-3).values
    cr = maxc - minc
    s = cr / maxc  #!
    s = cr / torch.where(maxc == minc, torch.ones_like(maxc), maxc)  #+
    gap = torch.where(cr == 0, torch.ones_like(cr), cr)
    rc, gc, bc = (maxc - r) / gap, (maxc - g) / gap, (maxc - b) / gap
    h = (maxc == r) * (bc - gc) + (maxc == g) * (2.0 + rc - bc)
    return torch.stack((h, s, maxc), dim=-3)
