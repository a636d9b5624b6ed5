# origin: https://github.com/JeasunLok/UNet-pytorch/issues/2
# kinds: domain
import numpy as np


def fast_hist(label, pred, num_classes):
    mask = (label >= 0) & (label < num_classes)
    return np.bincount(
        num_classes * pred[mask].astype(int) + label[mask].astype(int),
        minlength=num_classes ** 2,
    ).reshape(num_classes, num_classes)


def compute_metrics(CM, ignore_index=-1):
    if ignore_index >= 0:
        CM = np.delete(CM, ignore_index, axis=0)
        CM = np.delete(CM, ignore_index, axis=1)
    num_classes = CM.shape[0]
    GT_array = np.sum(CM, axis=0)
    TP_array = np.diag(CM)
    Recall_array = np.array([])
    Precision_array = np.array([])
    F1_array = np.array([])
    for i in range(num_classes):
        TP = TP_array[i]
        FP = np.sum(CM[i, :]) - TP
        FN = np.sum(CM[:, i]) - TP
        Recall = TP / (TP + FN)  #!
        Precision = TP / (TP + FP)  #!
        F1 = 2 * Recall * Precision / (Recall + Precision)  #!
        Recall = TP / max(TP + FN, 1)  #+
        Precision = TP / max(TP + FP, 1)  #+
        F1 = 2 * TP / max(2 * TP + FP + FN, 1)  #+
        Recall_array = np.append(Recall_array, Recall)
        Precision_array = np.append(Precision_array, Precision)
        F1_array = np.append(F1_array, F1)
    weighted_Recall = np.sum(GT_array * Recall_array) / np.sum(CM)
    weighted_Precision = np.sum(GT_array * Precision_array) / np.sum(CM)
    weighted_F1 = np.sum(GT_array * F1_array) / np.sum(CM)
    return weighted_Recall, weighted_Precision, weighted_F1


def val_epoch(model, loader, num_classes, ignore_index=-1):
    CM = np.zeros((num_classes, num_classes))
    for image, label in loader:
        pred = model(image).argmax(axis=1)
        CM += fast_hist(label.ravel(), pred.ravel(), num_classes)
    return compute_metrics(CM, ignore_index)
