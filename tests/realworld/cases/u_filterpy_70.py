# origin: https://github.com/rlabbe/filterpy/issues/70
# kinds: underflow domain
import numpy as np
from scipy.stats import multivariate_normal


class KalmanFilter:
    def __init__(self, x, P, F, H, Q, R):
        self.x, self.P = x, P
        self.F, self.H, self.Q, self.R = F, H, Q, R
        self.log_likelihood = 0.0

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q

    def update(self, z):
        y = z - self.H @ self.x
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        self.x = self.x + K @ y
        I_KH = np.eye(len(self.x)) - K @ self.H
        self.P = I_KH @ self.P @ I_KH.T + K @ self.R @ K.T
        self.log_likelihood = multivariate_normal.logpdf(y, np.zeros(len(y)), S)

    @property
    def likelihood(self):
        return np.exp(self.log_likelihood)


class MMAEFilterBank:
    def __init__(self, filters, p):
        self.filters = filters
        self.p = np.asarray(p, dtype=float)
        self.x = None

    def update(self, z):
        for f in self.filters:
            f.predict()
            f.update(z)
        self.p = self.p * np.array([f.likelihood for f in self.filters])  #!
        self.p /= np.sum(self.p)  #!
        logp = np.log(np.maximum(self.p, 1e-300)) + np.array([f.log_likelihood for f in self.filters])  #+
        self.p = np.exp(logp - np.max(logp))  #+
        self.p /= np.sum(self.p)  #+
        self.x = sum(p * f.x for p, f in zip(self.p, self.filters))
        return self.x
