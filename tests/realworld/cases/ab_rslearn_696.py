# origin: https://github.com/allenai/rslearn/issues/696
# kinds: domain
import torch


class MeanIoUMetric:
    """Mean intersection over union of a segmentation task.

    Classes that are missing score zero. Pixels equal to `nodata_value` are ignored.
    """

    def __init__(self, num_classes, zero_is_invalid=False, nodata_value=255):
        self.num_classes = num_classes
        self.zero_is_invalid = zero_is_invalid
        self.nodata_value = nodata_value
        self.reset()

    def reset(self):
        self.intersections = torch.zeros(self.num_classes)
        self.unions = torch.zeros(self.num_classes)

    def update(self, preds, targets):
        """preds: (B, C, H, W) class probabilities, targets: (B, H, W) class ids."""
        preds = preds.argmax(dim=1).flatten()
        targets = targets.flatten()
        valid = targets != self.nodata_value
        preds, targets = preds[valid], targets[valid]

        new_intersections = torch.zeros_like(self.intersections)
        new_unions = torch.zeros_like(self.unions)
        for cls in range(self.num_classes):
            pred_mask = preds == cls
            target_mask = targets == cls
            new_intersections[cls] = (pred_mask & target_mask).sum()
            new_unions[cls] = (pred_mask | target_mask).sum()
        self.intersections += new_intersections
        self.unions += new_unions

    def compute(self):
        per_class_iou = self.intersections / self.unions  #!
        per_class_iou = self.intersections / self.unions.clamp(min=1.0)  #+
        if self.zero_is_invalid:
            per_class_iou = per_class_iou[1:]
        return per_class_iou.mean()


def validate(model, loader, num_classes, device="cpu"):
    metric = MeanIoUMetric(num_classes)
    model.eval()
    with torch.no_grad():
        for images, labels in loader:
            outputs = torch.softmax(model(images.to(device)), dim=1)
            metric.update(outputs.cpu(), labels)
    return metric.compute().item()
