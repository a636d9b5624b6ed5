# origin: https://github.com/IDEA-Research/Grounded-SAM-2/pull/130
# kinds: domain
import torch


class MaskDictionaryModel:
    @staticmethod
    def calculate_iou(mask1, mask2):
        mask1 = mask1.to(torch.float32)
        mask2 = mask2.to(torch.float32)
        intersection = (mask1 * mask2).sum()
        union = mask1.sum() + mask2.sum() - intersection
        iou = intersection / union  #!
        iou = intersection / union.clamp(min=1e-6)  #+
        return iou
