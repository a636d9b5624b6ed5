# origin: https://github.com/yichen928/ActiveFT/issues/4
# kinds: overflow domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class SampleModel(nn.Module):
    def __init__(self, features, sample_num, temperature, balance=1.0):
        super().__init__()
        self.features = features
        self.temperature = temperature
        self.balance = balance
        self.centroids = nn.Parameter(features[torch.randperm(len(features))[:sample_num]].clone())

    def get_loss(self):
        centroids = F.normalize(self.centroids, dim=1)
        prod = torch.matmul(self.features, centroids.transpose(1, 0))
        prod = prod / self.temperature
        prod_exp = torch.exp(prod)  #!
        prod_exp_pos, pos_k = torch.max(prod_exp, dim=1)  #-
        prod_pos, pos_k = torch.max(prod, dim=1)  #+
        cent_prod = torch.matmul(centroids.detach(), centroids.transpose(1, 0)) / self.temperature
        cent_prod_exp = torch.exp(cent_prod)  #!
        cent_prod_exp_neg_sum = torch.sum(cent_prod_exp, dim=0)  #-
        J = torch.log(prod_exp_pos) - torch.log(prod_exp_pos + cent_prod_exp_neg_sum[pos_k] * self.balance)  #!
        neg = torch.logsumexp(cent_prod, dim=0)[pos_k]  #+
        J = prod_pos - torch.logaddexp(prod_pos, neg)  #+
        return -torch.mean(J)
