import numpy as np


def ndcg(rel):
    dcg = np.sum(rel / np.log2(np.arange(len(rel)) + 2))
    idcg = np.sum(np.sort(rel)[::-1] / np.log2(np.arange(len(rel)) + 2))
    return dcg / idcg  # NS302
