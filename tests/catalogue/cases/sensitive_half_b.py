# origin: sensitive operations forced into half
# kinds: NS132
import torch
import torch.nn.functional as F


class Loss(torch.nn.Module):
    def forward(self, prediction, target):
        p = prediction.to(torch.float16)  #-
        p = prediction.to(torch.float32)  #+
        return F.mse_loss(p, target.to(torch.float16))  #!
        return F.mse_loss(p, target.to(torch.float32))  #+
