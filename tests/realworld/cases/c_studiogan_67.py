# origin: https://github.com/POSTECH-CVLab/PyTorch-StudioGAN/issues/67
# kinds: domain underflow overflow
import torch
import torch.nn.functional as F


def loss_dcgan_dis(dis_out_real, dis_out_fake):
    device = dis_out_real.get_device()
    ones = torch.ones_like(dis_out_real, device=device, requires_grad=False)
    dis_loss = -torch.mean(  #-
        torch.nn.LogSigmoid()(dis_out_real) + torch.log(ones - torch.sigmoid(dis_out_fake))  #!
    )  #-
    dis_loss = -torch.mean(F.logsigmoid(dis_out_real) + F.logsigmoid(-dis_out_fake))  #+
    return dis_loss


def loss_dcgan_gen(gen_out_fake):
    return -torch.mean(torch.nn.LogSigmoid()(gen_out_fake))
