# origin: https://github.com/davidsandberg/facenet/issues/692
# kinds: domain
import math

import numpy as np


def distance(embeddings1, embeddings2, distance_metric=0):
    if distance_metric == 0:
        # Euclidian distance
        diff = np.subtract(embeddings1, embeddings2)
        dist = np.sum(np.square(diff), 1)
    elif distance_metric == 1:
        # Distance based on cosine similarity
        dot = np.sum(np.multiply(embeddings1, embeddings2), axis=1)
        norm = np.linalg.norm(embeddings1, axis=1) * np.linalg.norm(embeddings2, axis=1)
        similarity = dot / norm  #-
        similarity = dot / np.maximum(norm, 1e-10)  #+
        dist = np.arccos(similarity) / math.pi  #!
        dist = np.arccos(np.clip(similarity, -1.0, 1.0)) / math.pi  #+
    else:
        raise ValueError('Undefined distance metric %d' % distance_metric)
    return dist


def calculate_accuracy(threshold, dist, actual_issame):
    predict_issame = np.less(dist, threshold)
    tp = np.sum(np.logical_and(predict_issame, actual_issame))
    fp = np.sum(np.logical_and(predict_issame, np.logical_not(actual_issame)))
    tn = np.sum(np.logical_and(np.logical_not(predict_issame), np.logical_not(actual_issame)))
    fn = np.sum(np.logical_and(np.logical_not(predict_issame), actual_issame))

    tpr = 0 if (tp + fn == 0) else float(tp) / float(tp + fn)
    fpr = 0 if (fp + tn == 0) else float(fp) / float(fp + tn)
    acc = float(tp + tn) / dist.size
    return tpr, fpr, acc


def calculate_roc(thresholds, embeddings1, embeddings2, actual_issame, distance_metric=0):
    assert embeddings1.shape == embeddings2.shape
    dist = distance(embeddings1, embeddings2, distance_metric)
    tprs = np.zeros(len(thresholds))
    fprs = np.zeros(len(thresholds))
    accuracy = np.zeros(len(thresholds))
    for threshold_idx, threshold in enumerate(thresholds):
        tprs[threshold_idx], fprs[threshold_idx], accuracy[threshold_idx] = calculate_accuracy(
            threshold, dist, actual_issame)
    return tprs, fprs, accuracy, dist


def evaluate(embeddings, actual_issame):
    thresholds = np.arange(0, 1, 0.01)
    embeddings1 = embeddings[0::2]
    embeddings2 = embeddings[1::2]
    tpr, fpr, accuracy, dist = calculate_roc(
        thresholds, embeddings1, embeddings2, np.asarray(actual_issame), distance_metric=1)
    best = np.argmax(accuracy)
    return tpr, fpr, accuracy[best], thresholds[best], dist.mean()
