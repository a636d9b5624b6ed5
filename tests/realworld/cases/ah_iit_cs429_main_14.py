# origin: https://github.com/iit-cs429/main/issues/14
# kinds: underflow
from collections import Counter, defaultdict

import numpy as np


class NaiveBayesClassifier:
    """Multinomial naive Bayes for spam / ham messages."""

    def train(self, documents, labels):
        self.classes = sorted(set(labels))
        self.priors = {}
        self.counts = defaultdict(Counter)
        for c in self.classes:
            self.priors[c] = np.mean([l == c for l in labels])
        for doc, label in zip(documents, labels):
            self.counts[label].update(doc)
        self.vocab = set(t for c in self.classes for t in self.counts[c])
        self.totals = {c: sum(self.counts[c].values()) for c in self.classes}

    def cond_prob(self, term, c):
        return (self.counts[c][term] + 1.0) / (self.totals[c] + len(self.vocab))

    def score(self, doc, c):
        result = self.priors[c]  #-
        result = np.log(self.priors[c])  #+
        for term in doc:
            if term in self.vocab:
                result *= self.cond_prob(term, c)  #!
                result += np.log(self.cond_prob(term, c))  #+
        return result

    def classify(self, documents):
        predictions = []
        for doc in documents:
            scores = [self.score(doc, c) for c in self.classes]
            predictions.append(self.classes[int(np.argmax(scores))])
        return predictions


def tokenize(text):
    return text.lower().split()


def evaluate(predictions, labels):
    return sum(p == l for p, l in zip(predictions, labels)) / len(labels)


def run(train_texts, train_labels, test_texts, test_labels):
    nb = NaiveBayesClassifier()
    nb.train([tokenize(t) for t in train_texts], train_labels)
    predictions = nb.classify([tokenize(t) for t in test_texts])
    return evaluate(predictions, test_labels)
