# origin: https://github.com/aimacode/aima-python/pull/887
# kinds: underflow
import re
from collections import Counter

import numpy as np


def words(text):
    return re.findall('[a-z]+', text.lower())


class CountingProbDist:
    """A probability distribution formed by observing and counting examples."""

    def __init__(self, observations=(), default=1):
        self.dictionary = {}
        self.n_obs = 0.0
        self.default = default
        for o in observations:
            self.add(o)

    def add(self, o):
        self.smooth_for(o)
        self.dictionary[o] += 1
        self.n_obs += 1

    def smooth_for(self, o):
        if o not in self.dictionary:
            self.dictionary[o] = self.default
            self.n_obs += self.default

    def __getitem__(self, item):
        return self.dictionary.get(item, self.default) / (self.n_obs + self.default)


class UnigramWordModel(CountingProbDist):
    pass


def naive_bayes_simple(distribution):
    """distribution maps (class name, prior) to the word model of that class."""
    target_dist = {c_name: prob for c_name, prob in distribution.keys()}
    attr_dists = {c_name: count_prob for (c_name, prob), count_prob in distribution.items()}

    def predict(example):
        scores = []
        for target_val in target_dist:
            p = np.array([attr_dists[target_val][a] for a in example])
            scores.append(target_dist[target_val] * np.prod(p))  #!
            scores.append(np.log(target_dist[target_val]) + np.sum(np.log(p)))  #+
        return list(target_dist)[int(np.argmax(scores))]

    return predict


def classify_papers(known, disputed, authors=("Hamilton", "Madison", "Jay")):
    """Attribute the disputed Federalist Papers to the most likely author."""
    models = {}
    for author in authors:
        wordseq = [w for text in known[author] for w in words(text)]
        models[(author, 1)] = UnigramWordModel(wordseq, 5)
    predict = naive_bayes_simple(models)
    results = {name: predict(words(text)) for name, text in disputed.items()}
    return results, Counter(results.values())
