# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB

P_MIN = 1e-6  #+


def logit(p):
    p = np.clip(p, P_MIN, 1.0 - P_MIN)  #+
    return np.log(p / (1.0 - p))  #*


def sigmoid(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))


class LogOddsBlend:
    """Average the members' predictions in log-odds space."""

    def __init__(self, weights=None, seed=0):
        self.weights = weights
        self.members = [
            RandomForestClassifier(n_estimators=200, random_state=seed),
            ExtraTreesClassifier(n_estimators=200, random_state=seed),
            GaussianNB(),
        ]

    def fit(self, X, y):
        for member in self.members:
            member.fit(X, y)
        return self

    def decision_function(self, X):
        scores = np.stack([logit(m.predict_proba(X)[:, 1]) for m in self.members])
        return np.average(scores, axis=0, weights=self.weights)

    def predict_proba(self, X):
        p = sigmoid(self.decision_function(X))
        return np.column_stack([1.0 - p, p])

    def predict(self, X):
        return (self.decision_function(X) > 0).astype(int)


def evaluate(X_train, y_train, X_test, y_test):
    blend = LogOddsBlend(weights=[2.0, 2.0, 1.0]).fit(X_train, y_train)
    proba = blend.predict_proba(X_test)[:, 1]
    return {
        "log_loss": log_loss(y_test, proba, labels=[0, 1]),
        "accuracy": float(np.mean(blend.predict(X_test) == y_test)),
    }
