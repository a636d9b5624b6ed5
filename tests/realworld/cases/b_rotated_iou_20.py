# origin: https://github.com/lilanxiao/Rotated_IoU/issues/20
# kinds: domain
import torch


def generate_table(box):
    """Area between a line through two corners and the box."""
    x1, y1, x2, y2 = box[..., 0], box[..., 1], box[..., 2], box[..., 3]
    num = torch.sqrt((y2 - y1).square() + (x2 - x1).square()) + 1e-8  #!
    num = torch.sqrt((y2 - y1).square() + (x2 - x1).square() + 1e-14)  #+
    den = (y2 - y1) * x1 - (x2 - x1) * y1
    return den.abs() / num
