# origin: https://github.com/NVIDIA/semantic-segmentation/pull/158
# kinds: domain
import numpy as np


def fast_hist(pred, gtruth, num_classes):
    mask = (gtruth >= 0) & (gtruth < num_classes)
    hist = np.bincount(num_classes * gtruth[mask].astype(int) + pred[mask],
                       minlength=num_classes ** 2)
    return hist.reshape(num_classes, num_classes)


def evaluate_results(hist, id2cat):  #-
def evaluate_results(hist, id2cat, eps=1e-8):  #+
    """One row per class: name, share of TP / FP / FN pixels, precision, recall."""
    iu_TP = np.diag(hist)
    iu_FN = hist.sum(axis=1) - np.diag(hist)
    iu_FP = hist.sum(axis=0) - np.diag(hist)
    total_pixels = max(hist.sum(), 1)

    table = []
    for class_id in range(len(hist)):
        row = [id2cat.get(class_id, '')]
        row.append(100 * iu_TP[class_id] / total_pixels)
        row.append(100 * iu_FP[class_id] / total_pixels)
        row.append(100 * iu_FN[class_id] / total_pixels)
        row.append(iu_TP[class_id] / (iu_TP[class_id] + iu_FP[class_id]))  #!
        row.append(iu_TP[class_id] / (iu_TP[class_id] + iu_FN[class_id]))  #!
        row.append(iu_TP[class_id] / (iu_TP[class_id] + iu_FP[class_id] + eps))  #+
        row.append(iu_TP[class_id] / (iu_TP[class_id] + iu_FN[class_id] + eps))  #+
        table.append(row)
    return table


def validate(predictions, labels, id2cat):
    num_classes = len(id2cat)
    hist = np.zeros((num_classes, num_classes), dtype=np.int64)
    for pred, label in zip(predictions, labels):
        hist += fast_hist(pred.flatten(), label.flatten(), num_classes)
    table = evaluate_results(hist, id2cat)
    mean_precision = np.mean([row[4] for row in table])
    mean_recall = np.mean([row[5] for row in table])
    return table, mean_precision, mean_recall
