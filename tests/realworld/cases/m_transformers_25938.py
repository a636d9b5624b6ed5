# origin: https://github.com/huggingface/transformers/issues/25938
# kinds: overflow loss-scale precision underflow explosion
import torch
import torch.nn as nn
from scipy.optimize import linear_sum_assignment


def pair_wise_sigmoid_cross_entropy_loss(inputs, labels):
    num_points = inputs.shape[1]
    criterion = nn.BCEWithLogitsLoss(reduction="none")
    loss_positive = criterion(inputs, torch.ones_like(inputs))
    loss_negative = criterion(inputs, torch.zeros_like(inputs))
    cost = torch.matmul(loss_positive, labels.T) + torch.matmul(loss_negative, (1 - labels).T)  #!
    with torch.autocast(device_type=inputs.device.type, enabled=False):  #+
        labels = labels.float()  #+
        cost = torch.matmul(loss_positive.float(), labels.T)  #+
        cost = cost + torch.matmul(loss_negative.float(), (1 - labels).T)  #+
    return cost / num_points


class MaskHungarianMatcher(nn.Module):
    def __init__(self, cost_class=1.0, cost_mask=1.0):
        super().__init__()
        self.cost_class = cost_class
        self.cost_mask = cost_mask

    @torch.no_grad()
    def forward(self, masks_queries_logits, class_queries_logits, mask_labels, class_labels):
        indices = []
        for pred_mask, pred_class, mask, cls in zip(
            masks_queries_logits, class_queries_logits, mask_labels, class_labels
        ):
            cost_class = -pred_class.softmax(-1)[:, cls]
            cost_mask = pair_wise_sigmoid_cross_entropy_loss(pred_mask.flatten(1), mask.flatten(1))
            cost = self.cost_mask * cost_mask + self.cost_class * cost_class
            indices.append(linear_sum_assignment(cost.float().cpu().numpy()))
        return indices


def match_batch(model, matcher, batch):
    with torch.autocast(device_type="cuda", dtype=torch.float16):
        masks, classes = model(batch["pixel_values"])
        return matcher(masks, classes, batch["mask_labels"], batch["class_labels"])
