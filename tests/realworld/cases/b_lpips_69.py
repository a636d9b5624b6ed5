# origin: https://github.com/richzhang/PerceptualSimilarity/issues/69
# kinds: domain
import torch


def normalize_tensor(in_feat, eps=1e-10):
    norm_factor = torch.sqrt(torch.sum(in_feat**2, dim=1, keepdim=True))  #!
    norm_factor = torch.sqrt(torch.sum(in_feat**2, dim=1, keepdim=True) + eps)  #+
    return in_feat / (norm_factor + eps)


class LPIPS(torch.nn.Module):
    def __init__(self, net, lins):
        super().__init__()
        self.net, self.lins = net, lins

    def forward(self, in0, in1):
        total = 0.0
        for lin, f0, f1 in zip(self.lins, self.net(in0), self.net(in1)):
            total = total + lin((normalize_tensor(f0) - normalize_tensor(f1)) ** 2).mean([2, 3])
        return total
