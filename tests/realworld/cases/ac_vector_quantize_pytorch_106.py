# origin: https://github.com/lucidrains/vector-quantize-pytorch/issues/106
# kinds: cancellation domain domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def cdist(x, y):
    x2 = (x ** 2).sum(dim=-1)
    y2 = (y ** 2).sum(dim=-1)
    xy = torch.einsum('b i d, b j d -> b i j', x, y) * -2
    return (x2.unsqueeze(-1) + y2.unsqueeze(1) + xy).sqrt()  #!
    return (x2.unsqueeze(-1) + y2.unsqueeze(1) + xy).clamp(min=1e-8).sqrt()  #+


class EuclideanCodebook(nn.Module):
    def __init__(self, dim, codebook_size, num_codebooks=1, decay=0.8, eps=1e-5):
        super().__init__()
        self.decay = decay
        self.eps = eps
        self.codebook_size = codebook_size
        embed = torch.randn(num_codebooks, codebook_size, dim)
        self.embed = nn.Parameter(embed)

    def forward(self, x):
        flatten = x.reshape(1, -1, x.shape[-1])
        dist = -cdist(flatten, self.embed)
        embed_ind = dist.argmax(dim=-1)
        embed_onehot = F.one_hot(embed_ind, self.codebook_size).type(x.dtype)
        soft = dist.softmax(dim=-1)
        assign = embed_onehot + soft - soft.detach()
        quantize = torch.einsum('h n c, h c d -> h n d', assign, self.embed)
        return quantize.reshape(x.shape), embed_ind.reshape(x.shape[:-1])


class VectorQuantize(nn.Module):
    def __init__(self, dim, codebook_size, commitment_weight=1.):
        super().__init__()
        self.commitment_weight = commitment_weight
        self._codebook = EuclideanCodebook(dim, codebook_size)

    def forward(self, x):
        quantize, embed_ind = self._codebook(x)
        commit_loss = F.mse_loss(quantize.detach(), x) * self.commitment_weight
        commit_loss = commit_loss + F.mse_loss(quantize, x.detach())
        quantize = x + (quantize - x).detach()
        return quantize, embed_ind, commit_loss


if __name__ == '__main__':
    vq = VectorQuantize(dim=256, codebook_size=512)
    quantized, indices, loss = vq(torch.randn(1, 1024, 256))
    loss.backward()
    print(quantized.shape, loss.item())
