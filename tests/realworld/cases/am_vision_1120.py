# origin: https://github.com/pytorch/vision/issues/1120
# kinds: data domain
import json
import os

import torch
from PIL import Image
from torch.utils.data import Dataset


def encode_boxes(reference_boxes, proposals, weights=(1.0, 1.0, 1.0, 1.0)):
    wx, wy, ww, wh = weights
    px1, py1, px2, py2 = proposals.unbind(1)
    gx1, gy1, gx2, gy2 = reference_boxes.unbind(1)
    ex_widths = px2 - px1
    ex_heights = py2 - py1
    gt_widths = gx2 - gx1
    gt_heights = gy2 - gy1
    dx = wx * (gx1 + 0.5 * gt_widths - px1 - 0.5 * ex_widths) / ex_widths
    dy = wy * (gy1 + 0.5 * gt_heights - py1 - 0.5 * ex_heights) / ex_heights
    dw = ww * torch.log(gt_widths / ex_widths)  #*
    dh = wh * torch.log(gt_heights / ex_heights)  #*
    return torch.stack((dx, dy, dw, dh), dim=1)


class CowDetection(Dataset):
    def __init__(self, root, annotation_file, transforms=None):
        self.root = root
        self.transforms = transforms
        with open(os.path.join(root, annotation_file)) as f:
            blob = json.load(f)
        self.images = blob["images"]
        self.by_image = {}
        for ann in blob["annotations"]:
            self.by_image.setdefault(ann["image_id"], []).append(ann)

    def __len__(self):
        return len(self.images)

    def build_target(self, image_id):
        anns = self.by_image.get(image_id, [])
        boxes = torch.as_tensor([a["bbox"] for a in anns], dtype=torch.float32).reshape(-1, 4)
        labels = torch.as_tensor([a["category_id"] for a in anns], dtype=torch.int64)
        area = boxes[:, 2] * boxes[:, 3]
        target = {"boxes": boxes, "labels": labels, "area": area}  #!
        boxes[:, 2:] += boxes[:, :2]  #+
        keep = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])  #+
        target = {"boxes": boxes[keep], "labels": labels[keep], "area": area[keep]}  #+
        target["image_id"] = torch.tensor([image_id])
        return target

    def __getitem__(self, idx):
        info = self.images[idx]
        img = Image.open(os.path.join(self.root, info["file_name"])).convert("RGB")
        target = self.build_target(info["id"])
        if self.transforms is not None:
            img, target = self.transforms(img, target)
        return img, target


def rpn_box_loss(pred_deltas, anchors, matched_gt):
    targets = encode_boxes(matched_gt, anchors)
    return torch.nn.functional.smooth_l1_loss(pred_deltas, targets, reduction="sum") / max(len(anchors), 1)
