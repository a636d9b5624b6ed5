# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
import torch


def msssim(img1, img2, ssim, normalize=False):
    weights = torch.FloatTensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    values, contrast = [], []
    for _ in range(weights.size(0)):
        sim, cs = ssim(img1, img2)
        values.append(sim)
        contrast.append(cs)
        img1 = torch.nn.functional.avg_pool2d(img1, (2, 2))
        img2 = torch.nn.functional.avg_pool2d(img2, (2, 2))
    values = torch.stack(values)
    contrast = torch.stack(contrast)
    values = (values + 1) / 2  #+
    contrast = (contrast + 1) / 2  #+
    pow1 = contrast**weights  #!
    pow1 = contrast.clamp(min=1e-6) ** weights  #+
    pow2 = values**weights  #!
    pow2 = values.clamp(min=1e-6) ** weights  #+
    return torch.prod(pow1[:-1]) * pow2[-1]
