# origin: https://github.com/somijeong/MGUIT/issues/2
# kinds: overflow underflow vanishing
import torch
import torch.nn as nn
import torch.nn.functional as F


class Memory(nn.Module):
    def __init__(self, tau=0.1):
        super().__init__()
        self.tau = tau

    def get_score(self, mem, query):
        score = torch.matmul(query, mem.t()) / self.tau
        return F.softmax(score, dim=0), F.softmax(score, dim=1)  #-
        return F.softmax(score, dim=0), score  #+

    def feature_contrastive_loss(self, mem, query, label):
        softmax_query, softmax_mem = self.get_score(mem, query)
        return F.nll_loss(torch.log(softmax_mem), label)  #!
        return F.cross_entropy(softmax_mem, label)  #+
