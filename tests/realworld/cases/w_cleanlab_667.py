# origin: https://github.com/cleanlab/cleanlab/pull/667
# kinds: overflow
import numpy as np


def softmax(x, temperature=1.0, axis=None):
    x = x / temperature
    exp_x = np.exp(x)  #!
    exp_x = np.exp(x - np.max(x, axis=axis, keepdims=True))  #+
    return exp_x / np.sum(exp_x, axis=axis, keepdims=True)


def softmin(scores, temperature=0.99, axis=0):
    scores = np.asarray(scores, dtype=float)
    weights = softmax(x=1 - scores, temperature=temperature, axis=axis)
    return np.dot(weights, scores)


def object_quality(distances):
    distances = np.asarray(distances, dtype=float)
    weights = softmax(-distances, temperature=0.01, axis=0)
    return float(np.dot(weights, np.exp(-distances)))


def score_images(per_box_scores, temperature=0.99):
    image_scores = []
    for scores in per_box_scores:
        if len(scores) == 0:
            image_scores.append(1.0)
            continue
        image_scores.append(softmin(scores, temperature=temperature))
    return np.array(image_scores)


def rank(per_box_scores, temperature=0.001):
    return np.argsort(score_images(per_box_scores, temperature=temperature))
