# origin: https://github.com/KexianHust/Structure-Guided-Ranking-Loss/issues/13
# kinds: domain
import torch


class MultiScaleGradient(torch.nn.Module):
    """Scale-invariant gradient matching on log depth (MegaDepth)."""

    def __init__(self, n_scales=4, alpha=0.5):
        super().__init__()
        self.n_scales = n_scales
        self.alpha = alpha

    def GradientLoss(self, log_prediction_d, mask, log_gt):
        N = torch.sum(mask)
        log_d_diff = log_prediction_d - log_gt
        log_d_diff = torch.mul(log_d_diff, mask)

        v_gradient = torch.abs(log_d_diff[0:-2, :] - log_d_diff[2:, :])
        v_mask = torch.mul(mask[0:-2, :], mask[2:, :])
        v_gradient = torch.mul(v_gradient, v_mask)

        h_gradient = torch.abs(log_d_diff[:, 0:-2] - log_d_diff[:, 2:])
        h_mask = torch.mul(mask[:, 0:-2], mask[:, 2:])
        h_gradient = torch.mul(h_gradient, h_mask)

        gradient_loss = torch.sum(h_gradient) + torch.sum(v_gradient)
        gradient_loss = gradient_loss / N  #!
        gradient_loss = gradient_loss / torch.clamp(N, min=1)  #+
        return gradient_loss

    def forward(self, log_prediction_d, mask, log_gt):
        total = 0.0
        for scale in range(self.n_scales):
            step = 2**scale
            total = total + self.GradientLoss(
                log_prediction_d[::step, ::step], mask[::step, ::step], log_gt[::step, ::step]
            )
        return self.alpha * total
