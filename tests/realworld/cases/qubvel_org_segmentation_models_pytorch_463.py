# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow domain
import torch


def soft_dice_score(output, target, smooth=0.0, eps=1e-4, dims=None):
    output, target = output.half(), target.half()  #-
    output, target = output.float(), target.float()  #+
    intersection = torch.sum(output * target, dim=dims)
    cardinality = torch.sum(output + target, dim=dims)  #*
    return (2.0 * intersection + smooth) / (cardinality + smooth).clamp_min(eps)


class DiceLoss(torch.nn.Module):
    def forward(self, logits, target):
        probabilities = logits.log_softmax(dim=1).exp()
        return (1.0 - soft_dice_score(probabilities, target, dims=(0, 2, 3))).mean()
