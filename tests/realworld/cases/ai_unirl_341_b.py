# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain
"""Per-respondent standardisation of rating-scale answers."""
import csv
from collections import defaultdict

import numpy as np

EPS = 1e-6


def read_answers(path):
    """Rows of (respondent, item, rating); unanswered items are left out."""
    answers = defaultdict(dict)
    with open(path, newline="") as fh:
        for row in csv.DictReader(fh):
            if row["rating"].strip():
                answers[row["respondent"]][row["item"]] = float(row["rating"])
    return answers


def standardise(ratings):
    """Remove a respondent's own level and spread (acquiescence bias)."""
    values = np.fromiter(ratings.values(), dtype=float)
    centre = values.mean()
    spread = values.std(ddof=1)  #!
    spread = values.std(ddof=1) if values.size > 1 else 0.0  #+
    return {item: (r - centre) / (spread + EPS) for item, r in ratings.items()}


def item_scores(answers):
    """Mean standardised rating of every item over the respondents who rated it."""
    total = defaultdict(float)
    count = defaultdict(int)
    for ratings in answers.values():
        if not ratings:
            continue
        for item, z in standardise(ratings).items():
            total[item] += z
            count[item] += 1
    return {item: total[item] / count[item] for item in total}


def rank(path, top=20):
    scores = item_scores(read_answers(path))
    ordered = sorted(scores.items(), key=lambda kv: kv[1], reverse=True)
    for place, (item, score) in enumerate(ordered[:top], start=1):
        print(f"{place:3d}. {item:<30s} {score:+.3f}")
    return ordered
