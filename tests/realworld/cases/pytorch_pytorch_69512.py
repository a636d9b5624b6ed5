# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow
import torch


def cosine_similarity(x1, x2, dim=1, eps=1e-4):
    x1, x2 = x1.half(), x2.half()
    w12 = torch.sum(x1.float() * x2.float(), dim)
    w1 = torch.sum(x1 * x1, dim)  #!
    w2 = torch.sum(x2 * x2, dim)  #!
    w1 = torch.sum(x1.float() * x1.float(), dim)  #+
    w2 = torch.sum(x2.float() * x2.float(), dim)  #+
    return w12 * torch.rsqrt((w1 * w2).clamp_min(eps * eps))


class Retrieval(torch.nn.Module):
    def forward(self, queries, documents):
        return cosine_similarity(queries, documents, dim=-1)
