# origin: https://github.com/chaddy1004/sobel-operator-pytorch/issues/1
# kinds: domain
import torch
from torch import nn


class Sobel(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Conv2d(1, 2, kernel_size=3, padding=0, bias=False)

    def forward(self, img):
        x = self.filter(img)
        x = torch.mul(x, x)
        x = torch.sum(x, dim=1, keepdim=True)
        x = torch.sqrt(x)  #!
        x = torch.sqrt(x + 1e-12)  #+
        return x
