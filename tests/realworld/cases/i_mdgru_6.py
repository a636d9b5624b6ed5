# origin: https://github.com/zubata88/mdgru/pull/6
# kinds: domain
import csv

import numpy as np


class SegmentationEvaluation:
    def __init__(self, n_classes, eps=1e-8):
        self.n_classes, self.eps = n_classes, eps

    def scores(self, prediction, truth):
        rows = []
        for c in range(1, self.n_classes):
            p, t = prediction == c, truth == c
            tp = np.sum(np.logical_and(p, t))
            tpfp, tpfn = np.sum(p), np.sum(t)
            precision = tp / tpfp  #!
            recall = tp / tpfn  #!
            dice = 2 * tp / (tpfp + tpfn)  #!
            precision = tp / (tpfp + self.eps)  #+
            recall = tp / (tpfn + self.eps)  #+
            dice = 2 * tp / (tpfp + tpfn + self.eps)  #+
            rows.append({"class": c, "precision": precision, "recall": recall, "dice": dice})
        return rows

    def write(self, path, volumes):
        with open(path, "w", newline="") as f:
            writer = csv.DictWriter(f, ["class", "precision", "recall", "dice"])
            writer.writeheader()
            for prediction, truth in volumes:
                writer.writerows(self.scores(prediction, truth))
