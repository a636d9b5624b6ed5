# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
import numpy as np


class SegmentationMeter:
    """Accumulates a confusion matrix over the validation tiles."""

    def __init__(self, n_classes, ignore_index=255):
        self.n_classes = n_classes
        self.ignore_index = ignore_index
        self.hist = np.zeros((n_classes, n_classes), dtype=np.int64)

    def reset(self):
        self.hist[:] = 0

    def update(self, label, pred):
        keep = label != self.ignore_index
        idx = self.n_classes * label[keep].astype(np.int64) + pred[keep]
        self.hist += np.bincount(idx, minlength=self.n_classes ** 2).reshape(self.n_classes, -1)

    def pixel_accuracy(self):
        return np.diag(self.hist).sum() / max(self.hist.sum(), 1)

    def iou(self):
        tp = np.diag(self.hist)
        union = self.hist.sum(axis=1) + self.hist.sum(axis=0) - tp
        return tp / union  #!
        return (tp[union > 0] / union[union > 0])  #+

    def mean_iou(self):
        iou = self.iou()
        return float(iou.mean()) if iou.size else 0.0


def validate(predict, tiles, n_classes):
    meter = SegmentationMeter(n_classes)
    for image, label in tiles:
        scores = predict(image)
        meter.update(label, scores.argmax(axis=0))
    return {"accuracy": meter.pixel_accuracy(), "miou": meter.mean_iou()}


class EarlyStopping:
    def __init__(self, patience=10):
        self.patience = patience
        self.best = -np.inf
        self.bad = 0

    def step(self, metrics):
        if metrics["miou"] > self.best:
            self.best, self.bad = metrics["miou"], 0
            return False
        self.bad += 1
        return self.bad >= self.patience
