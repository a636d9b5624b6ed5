# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: precision underflow domain
import torch
import torch.nn.functional as F


class ProjectionHead(torch.nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.fc = torch.nn.Linear(width, out)

    def forward(self, x):
        return F.normalize(self.fc(x.half()), dim=1)  #!
        return F.normalize(self.fc(x.half()), dim=1, eps=1e-4)  #+


model = ProjectionHead(512, 128).cuda().half()
