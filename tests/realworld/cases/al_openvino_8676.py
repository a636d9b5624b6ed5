# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
import numpy as np


class DetectionPostprocess:
    """Suppression stage of the compressed model; boxes are in relative coordinates."""

    def __init__(self, iou_threshold=0.5, score_threshold=0.05, precision="FP16"):
        self.iou_threshold = iou_threshold
        self.score_threshold = score_threshold
        self.dtype = {"FP16": np.float16, "FP32": np.float32}[precision]
        self.div_eps = self.dtype(1e-9)  #!
        self.div_eps = np.finfo(self.dtype).tiny  #+

    @staticmethod
    def area(boxes):
        wh = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
        return wh[..., 0] * wh[..., 1]

    def pairwise_iou(self, boxes):
        lt = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        rb = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        inter = self.area(np.concatenate([lt, rb], axis=-1))
        areas = self.area(boxes)
        union = areas[:, None] + areas[None, :] - inter
        return inter / np.maximum(union, self.div_eps)  #*

    def decay(self, iou, scores):
        """Matrix NMS: scores (sorted, descending) are decayed by the worst overlap."""
        upper = np.triu(iou, k=1)
        worst = upper.max(axis=0)
        return scores * np.clip(1 - worst / self.dtype(self.iou_threshold), 0, 1)

    def __call__(self, boxes, scores):
        boxes = np.asarray(boxes).astype(self.dtype)
        scores = np.asarray(scores).astype(self.dtype)
        order = np.argsort(-scores, kind="stable")
        boxes, scores = boxes[order], scores[order]
        decayed = self.decay(self.pairwise_iou(boxes), scores)
        keep = decayed > self.score_threshold
        return boxes[keep], decayed[keep]


def pad_to(boxes, scores, n):
    """The compiled network has a static number of proposals."""
    missing = n - len(boxes)
    boxes = np.concatenate([boxes, np.zeros((missing, 4), boxes.dtype)])
    scores = np.concatenate([scores, np.zeros(missing, scores.dtype)])
    return boxes, scores


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 0.5, (20, 2))
    raw = np.concatenate([corner, corner + rng.uniform(0.1, 0.4, (20, 2))], axis=1)
    out = DetectionPostprocess()(*pad_to(raw, rng.uniform(size=20), 32))
    print(out[0].shape, out[1])
