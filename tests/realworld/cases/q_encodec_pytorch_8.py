# origin: https://github.com/ZhikangNiu/encodec-pytorch/issues/8
# kinds: underflow precision domain
import torch
from torch import nn
import torch.nn.functional as F


def ema_inplace(moving_avg, new, decay):
    moving_avg.mul_(decay).add_(new, alpha=1 - decay)


def laplace_smoothing(x, n_categories, epsilon=1e-5):
    return (x + epsilon) / (x.sum() + n_categories * epsilon)  #*


class EuclideanCodebook(nn.Module):
    def __init__(self, dim, codebook_size, decay=0.99, epsilon=1e-5,
                 dtype=torch.float16):  #!
                 dtype=torch.float32):  #+
        super().__init__()
        self.codebook_size = codebook_size
        self.decay = decay
        self.epsilon = epsilon
        embed = torch.empty(codebook_size, dim)
        nn.init.kaiming_uniform_(embed)
        self.register_buffer("cluster_size", torch.ones(codebook_size, dtype=dtype))
        self.register_buffer("embed", embed.to(dtype))
        self.register_buffer("embed_avg", self.embed.clone())

    def quantize(self, x):
        return torch.cdist(x.float(), self.embed.float()).argmin(dim=-1)

    def forward(self, x):
        shape = x.shape
        flat = x.detach().reshape(-1, shape[-1]).to(self.embed.dtype)
        embed_ind = self.quantize(flat)
        quantize = F.embedding(embed_ind, self.embed).view(shape)
        if self.training:
            onehot = F.one_hot(embed_ind, self.codebook_size).to(flat.dtype)
            ema_inplace(self.cluster_size, onehot.sum(0), self.decay)
            ema_inplace(self.embed_avg, onehot.t() @ flat, self.decay)
            cluster_size = laplace_smoothing(self.cluster_size, self.codebook_size, self.epsilon)
            cluster_size = cluster_size * self.cluster_size.sum()
            self.embed.copy_(self.embed_avg / cluster_size.unsqueeze(1))  #*
        return quantize.to(x.dtype), embed_ind.view(shape[:-1])


def warm_up_codebook(encoder, loader, dim=128, codebook_size=1024):
    codebook = EuclideanCodebook(dim, codebook_size).train()
    with torch.no_grad():
        for wav in loader:
            codebook(encoder(wav).transpose(1, 2))
    return codebook
