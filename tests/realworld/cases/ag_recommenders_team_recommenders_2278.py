# origin: https://github.com/recommenders-team/recommenders/pull/2278
# kinds: domain
from collections import defaultdict
from itertools import combinations

import numpy as np


def build_item_features(item_tags, vocabulary):
    """Bag-of-tags feature vector for each item in the catalogue."""
    index = {tag: i for i, tag in enumerate(vocabulary)}
    features = {}
    for item, tags in item_tags.items():
        vec = np.zeros(len(vocabulary))
        for tag in tags:
            if tag in index:
                vec[index[tag]] += 1.0
        features[item] = vec
    return features


def get_item_feature_similarity(item_features):
    """Item similarity with the item features available."""
    similarity = {}
    for i1, i2 in combinations(sorted(item_features), 2):
        f1, f2 = item_features[i1], item_features[i2]
        norm = float(np.linalg.norm(f1, 2) * np.linalg.norm(f2, 2))  #+
        similarity[(i1, i2)] = float(f1.dot(f2)) / float(np.linalg.norm(f1, 2) * np.linalg.norm(f2, 2))  #!
        similarity[(i1, i2)] = float(f1.dot(f2)) / norm if norm > 0 else 0.0  #+
        similarity[(i2, i1)] = similarity[(i1, i2)]
    return similarity


def user_diversity(reco_items, similarity):
    """1 - mean pairwise similarity of the items recommended to one user."""
    pairs = list(combinations(reco_items, 2))
    if not pairs:
        return 1.0
    return 1.0 - sum(similarity[p] for p in pairs) / len(pairs)


def diversity(reco, item_tags, vocabulary):
    similarity = get_item_feature_similarity(build_item_features(item_tags, vocabulary))
    per_user = defaultdict(list)
    for user, item in reco:
        per_user[user].append(item)
    values = [user_diversity(items, similarity) for items in per_user.values()]
    return sum(values) / max(len(values), 1)
