# origin: https://github.com/isl-org/Open3D-ML/pull/382
# kinds: domain
import numpy as np


def sample_thresholds(scores, gt_cnt, sample_cnt=41):
    """Compute equally distributed precision thresholds.

    Args:
        scores (numpy array): Scores of the true positive detections.
        gt_cnt (int): Number of ground truth boxes.
        sample_cnt (int): Number of samples.
    """
    scores = np.sort(scores)[::-1]
    current_recall = 0
    thresholds = []
    for i, score in enumerate(scores):
        l_recall = (i + 1) / gt_cnt
        r_recall = (i + 2) / gt_cnt if i < (len(scores) - 1) else l_recall
        if ((r_recall - current_recall) < (current_recall - l_recall)) and (i < (len(scores) - 1)):
            continue
        thresholds.append(score)
        current_recall += 1 / (sample_cnt - 1.0)
    return thresholds


def mAP(detection, gt_cnt, classes=[0], difficulties=[0], samples=41):
    """Computes mAP of given detections.

    Args:
        detection (numpy array): (n_classes, n_difficulties, n_det, 3) rows of score, tp, fp.
        gt_cnt (numpy array): (n_classes, n_difficulties) number of ground truth boxes.
    """
    mAP = np.zeros((len(classes), len(difficulties)))
    for i in range(len(classes)):
        for j in range(len(difficulties)):
            det = detection[i, j, np.argsort(-detection[i, j, :, 0])]

            thresholds = sample_thresholds(det[np.where(det[:, 1] > 0)[0], 0], gt_cnt[i, j], samples)
            if len(thresholds) == 0:  #+
                continue  #+

            prec = np.zeros((len(thresholds),))
            for ti in range(len(thresholds))[::-1]:
                d = det[np.where(det[:, 0] >= thresholds[ti])]
                tp_acc = np.sum(d[:, 1])
                fp_acc = np.sum(d[:, 2])
                if (tp_acc + fp_acc) > 0:
                    prec[ti] = tp_acc / (tp_acc + fp_acc)
                prec[ti] = np.max(prec[ti:], axis=-1)

            if len(prec[::4]) < int(samples / 4 + 1):
                mAP[i, j] = np.sum(prec) / len(prec) * 100  #*
            else:
                mAP[i, j] = np.sum(prec[::4]) / int(samples / 4 + 1) * 100
    return mAP


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    detection = np.zeros((3, 1, 20, 3))
    detection[..., 0] = rng.rand(3, 1, 20)
    detection[0, 0, :, 1] = rng.rand(20) > 0.5
    detection[..., 2] = 1 - detection[..., 1]
    names = ['Pedestrian', 'Cyclist', 'Car']
    for name, value in zip(names, mAP(detection, np.array([[15], [3], [8]]), classes=[0, 1, 2])[:, 0]):
        print(name, value)
