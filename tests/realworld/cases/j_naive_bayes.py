# origin: https://github.com/diana-hep/carl/issues/13
# kinds: underflow domain overflow
import numpy as np


class NaiveBayesClassifier:
    """Gaussian naive Bayes."""

    def fit(self, X, y):
        self.classes = np.unique(y)
        self.means = np.array([X[y == c].mean(axis=0) for c in self.classes])
        self.variances = np.array([X[y == c].var(axis=0) + 1e-9 for c in self.classes])
        self.priors = np.array([(y == c).mean() for c in self.classes])
        return self

    def _pdf(self, c, x):
        z = (x - self.means[c]) ** 2 / (2 * self.variances[c])
        return np.exp(-z) / np.sqrt(2 * np.pi * self.variances[c])

    def _predict_row(self, x):
        scores = []
        for c, prior in enumerate(self.priors):
            posterior = np.log(prior + 1e-12) + np.log(np.prod(self._pdf(c, x)))  #!
            log_pdf = -((x - self.means[c]) ** 2) / (2 * self.variances[c]) - 0.5 * np.log(  #+
                2 * np.pi * self.variances[c]  #+
            )  #+
            posterior = np.log(prior + 1e-12) + np.sum(log_pdf)  #+
            scores.append(posterior)
        return self.classes[int(np.argmax(scores))]

    def predict(self, X):
        return np.array([self._predict_row(x) for x in X])
