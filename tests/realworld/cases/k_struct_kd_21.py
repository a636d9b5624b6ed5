# origin: https://github.com/irfanICMLL/structure_knowledge_distillation/issues/21
# kinds: domain
import torch
from torch import nn


class CriterionAdv(nn.Module):
    def __init__(self, adv_type="wgan-gp"):
        super().__init__()
        self.adv_loss = adv_type

    def forward(self, d_out_S, d_out_T):
        real, fake = d_out_T[0], d_out_S[0]
        return -real.mean() + fake.mean()


class CriterionAdditionalGP(nn.Module):
    def __init__(self, D_net, lambda_gp):
        super().__init__()
        self.D = D_net
        self.lambda_gp = lambda_gp

    def forward(self, d_in_S, d_in_T):
        real_images = d_in_T[0].detach()
        fake_images = d_in_S[0].detach()
        alpha = torch.rand(real_images.size(0), 1, 1, 1).cuda().expand_as(real_images)
        interpolated = (alpha * real_images.data + (1 - alpha) * fake_images.data).requires_grad_(True)
        out = self.D(interpolated)
        grad = torch.autograd.grad(
            outputs=out[0],
            inputs=interpolated,
            grad_outputs=torch.ones(out[0].size()).cuda(),
            retain_graph=True,
            create_graph=True,
            only_inputs=True,
        )[0]
        grad = grad.view(grad.size(0), -1)
        grad_l2_sum = torch.sum(grad**2, dim=1)
        grad_l2norm = torch.sqrt(grad_l2_sum)  #!
        grad_l2norm = torch.sqrt(grad_l2_sum + 1e-8)  #+
        d_loss_gp = torch.mean((grad_l2norm - 1) ** 2)
        return self.lambda_gp * d_loss_gp


def train_discriminator(D, optimizer, preds_S, preds_T, lambda_gp=10.0):
    adv, gp = CriterionAdv(), CriterionAdditionalGP(D, lambda_gp)
    loss = adv(D(preds_S[0].detach()), D(preds_T[0].detach())) + gp(preds_S, preds_T)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
