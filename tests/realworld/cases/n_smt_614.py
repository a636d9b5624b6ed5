# origin: https://github.com/SMTorg/smt/pull/614
# kinds: domain
import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm


class EGO:
    def __init__(self, surrogate, xlimits, n_start=20, seed=0):
        self.gpr = surrogate
        self.xlimits = np.asarray(xlimits)
        self.n_start = n_start
        self.rng = np.random.default_rng(seed)

    def EI(self, points, f_min):
        pred = self.gpr.predict_values(points)
        var = np.maximum(self.gpr.predict_variances(points), 0.0)
        sig = np.sqrt(var)
        args0 = (f_min - pred) / sig  #!
        known = sig < 1e-12  #+
        args0 = (f_min - pred) / np.where(known, 1.0, sig)  #+
        ei = (f_min - pred) * norm.cdf(args0) + sig * norm.pdf(args0)
        ei = np.where(known, 0.0, ei)  #+
        return ei

    def find_best_point(self, x_data, y_data):
        self.gpr.set_training_values(x_data, y_data)
        self.gpr.train()
        f_min = np.min(y_data)
        low, high = self.xlimits[:, 0], self.xlimits[:, 1]
        starts = self.rng.uniform(low, high, size=(self.n_start, len(low)))
        starts = np.vstack([x_data[np.argmin(y_data)], starts])
        results = []
        for x0 in starts:
            opt = minimize(lambda x: -float(self.EI(np.atleast_2d(x), f_min)[0, 0]), x0,
                           method="SLSQP", bounds=self.xlimits)
            results.append((opt.fun, opt.x))
        return min(results, key=lambda r: r[0])[1]
