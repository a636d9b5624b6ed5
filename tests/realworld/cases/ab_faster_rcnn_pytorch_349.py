# origin: https://github.com/jwyang/faster-rcnn.pytorch/issues/349
# kinds: domain underflow overflow method
import xml.etree.ElementTree as ET

import numpy as np
import torch


def load_pascal_annotation(filename, class_to_ind):
    """Load image and bounding boxes info from XML file in the PASCAL VOC format."""
    tree = ET.parse(filename)
    objs = tree.findall('object')
    num_objs = len(objs)

    boxes = np.zeros((num_objs, 4), dtype=np.uint16)
    gt_classes = np.zeros((num_objs), dtype=np.int32)

    for ix, obj in enumerate(objs):
        bbox = obj.find('bndbox')
        # Make pixel indexes 0-based
        x1 = float(bbox.find('xmin').text) - 1  #!
        y1 = float(bbox.find('ymin').text) - 1  #!
        x2 = float(bbox.find('xmax').text) - 1  #-
        y2 = float(bbox.find('ymax').text) - 1  #-
        x1 = max(float(bbox.find('xmin').text) - 1, 0)  #+
        y1 = max(float(bbox.find('ymin').text) - 1, 0)  #+
        x2 = max(float(bbox.find('xmax').text) - 1, x1)  #+
        y2 = max(float(bbox.find('ymax').text) - 1, y1)  #+

        boxes[ix, :] = np.array([x1, y1, x2, y2])  #*
        gt_classes[ix] = class_to_ind[obj.find('name').text.lower().strip()]
    return {'boxes': boxes, 'gt_classes': gt_classes}


def bbox_transform_batch(ex_rois, gt_rois):
    ex_widths = ex_rois[:, :, 2] - ex_rois[:, :, 0] + 1.0
    ex_heights = ex_rois[:, :, 3] - ex_rois[:, :, 1] + 1.0
    ex_ctr_x = ex_rois[:, :, 0] + 0.5 * ex_widths
    ex_ctr_y = ex_rois[:, :, 1] + 0.5 * ex_heights

    gt_widths = gt_rois[:, :, 2] - gt_rois[:, :, 0] + 1.0
    gt_heights = gt_rois[:, :, 3] - gt_rois[:, :, 1] + 1.0
    gt_ctr_x = gt_rois[:, :, 0] + 0.5 * gt_widths
    gt_ctr_y = gt_rois[:, :, 1] + 0.5 * gt_heights

    targets_dx = (gt_ctr_x - ex_ctr_x) / ex_widths
    targets_dy = (gt_ctr_y - ex_ctr_y) / ex_heights
    targets_dw = torch.log(gt_widths / ex_widths)  #*
    targets_dh = torch.log(gt_heights / ex_heights)  #*

    return torch.stack((targets_dx, targets_dy, targets_dw, targets_dh), 2)


def rpn_targets(anchors, annotation_file, class_to_ind):
    entry = load_pascal_annotation(annotation_file, class_to_ind)
    gt_boxes = torch.from_numpy(entry['boxes'].astype(np.float32)).unsqueeze(0)
    n = gt_boxes.size(1)
    return bbox_transform_batch(anchors[:, :n], gt_boxes)
