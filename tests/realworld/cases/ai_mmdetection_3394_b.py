# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import argparse
from collections import Counter

import numpy as np


def extract_spans(tags):
    """BIO tags of one sentence to a set of (start, end, type)."""
    spans, start, kind = set(), None, None
    for i, tag in enumerate(list(tags) + ["O"]):
        if start is not None and (tag == "O" or tag.startswith("B-") or tag[2:] != kind):
            spans.add((start, i, kind))
            start, kind = None, None
        if tag.startswith("B-"):
            start, kind = i, tag[2:]
    return spans


class SpanScorer:
    def __init__(self, types):
        self.types = list(types)
        self.gold = Counter()
        self.pred = Counter()
        self.hits = Counter()

    def update(self, gold_tags, pred_tags):
        gold, pred = extract_spans(gold_tags), extract_spans(pred_tags)
        self.gold.update(kind for _, _, kind in gold)
        self.pred.update(kind for _, _, kind in pred)
        self.hits.update(kind for _, _, kind in gold & pred)

    def scores(self):
        tp = np.array([self.hits[t] for t in self.types], dtype=np.float64)
        n_pred = np.array([self.pred[t] for t in self.types], dtype=np.float64)
        n_gold = np.array([self.gold[t] for t in self.types], dtype=np.float64)
        precision = tp / n_pred  #!
        recall = tp / n_gold  #!
        f1 = 2 * precision * recall / (precision + recall)  #!
        precision = tp / np.maximum(n_pred, 1.0)  #+
        recall = tp / np.maximum(n_gold, 1.0)  #+
        f1 = 2 * tp / np.maximum(n_pred + n_gold, 1.0)  #+
        return {"precision": precision, "recall": recall, "f1": f1, "macro_f1": f1.mean()}


def read_conll(path):
    sentence = []
    with open(path, encoding="utf8") as f:
        for line in f:
            cols = line.split()
            if cols:
                sentence.append((cols[-2], cols[-1]))
            elif sentence:
                yield zip(*sentence)
                sentence = []
    if sentence:
        yield zip(*sentence)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--types", nargs="+", default=["PER", "LOC", "ORG", "MISC"])
    args = parser.parse_args()
    scorer = SpanScorer(args.types)
    for gold_tags, pred_tags in read_conll(args.path):
        scorer.update(gold_tags, pred_tags)
    result = scorer.scores()
    for i, name in enumerate(args.types):
        print(f"{name:5s} P {result['precision'][i]:.3f} R {result['recall'][i]:.3f} F {result['f1'][i]:.3f}")
    print(f"macro F1 {result['macro_f1']:.4f}")
