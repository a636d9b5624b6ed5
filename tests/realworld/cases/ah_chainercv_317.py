# origin: https://github.com/chainer/chainercv/pull/317
# kinds: domain
from collections import defaultdict

import numpy as np


def calc_detection_voc_prec_rec(pred_labels, pred_scores, pred_match, gt_labels, gt_difficults):
    n_pos = defaultdict(int)
    score = defaultdict(list)
    match = defaultdict(list)

    for p_label, p_score, p_match, g_label, g_diff in zip(
            pred_labels, pred_scores, pred_match, gt_labels, gt_difficults):
        for l in np.unique(np.concatenate((p_label, g_label)).astype(int)):
            pred_mask_l = p_label == l
            order = p_score[pred_mask_l].argsort()[::-1]
            score[l].extend(p_score[pred_mask_l][order])
            match[l].extend(p_match[pred_mask_l][order])
            n_pos[l] += np.logical_not(g_diff[g_label == l]).sum()

    n_fg_class = max(n_pos.keys()) + 1
    prec = [None] * n_fg_class
    rec = [None] * n_fg_class

    for l in n_pos.keys():
        score_l = np.array(score[l])
        match_l = np.array(match[l], dtype=np.int8)
        order = score_l.argsort()[::-1]
        match_l = match_l[order]

        tp = np.cumsum(match_l == 1)
        fp = np.cumsum(match_l == 0)

        prec[l] = tp / np.maximum(fp + tp, 1)
        rec[l] = tp / n_pos[l]  #!
        rec[l] = tp / max(1, n_pos[l])  #+
    return prec, rec


def calc_detection_voc_ap(prec, rec):
    ap = np.zeros(len(prec))
    for l in range(len(prec)):
        if prec[l] is None:
            continue
        mpre = np.concatenate(([0], prec[l], [0]))
        mrec = np.concatenate(([0], rec[l], [1]))
        mpre = np.maximum.accumulate(mpre[::-1])[::-1]
        i = np.where(mrec[1:] != mrec[:-1])[0]
        ap[l] = np.sum((mrec[i + 1] - mrec[i]) * mpre[i + 1])
    return ap


def eval_detection_voc(*args):
    prec, rec = calc_detection_voc_prec_rec(*args)
    ap = calc_detection_voc_ap(prec, rec)
    return {'ap': ap, 'map': ap.mean()}
