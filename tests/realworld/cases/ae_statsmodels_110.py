# origin: https://github.com/statsmodels/statsmodels/issues/110
# kinds: overflow
import numpy as np
from scipy.special import factorial, gammaln


class Poisson(object):
    """
    Poisson model for count data

    endog : 1-d array_like, the response variable
    exog : array_like, nobs x k
    """

    def __init__(self, endog, exog):
        self.endog = np.asarray(endog, dtype=float)
        self.exog = np.asarray(exog, dtype=float)
        self.nobs = len(self.endog)

    def pdf(self, X):
        """Poisson model probability mass function, X is the linear predictor"""
        y = self.endog
        return np.exp(-np.exp(X) + y * X) / factorial(y)  #!
        return np.exp(-np.exp(X) + y * X - gammaln(y + 1))  #+

    def loglike(self, params):
        """
        Loglikelihood of Poisson model

        ln L = sum_i [ -lambda_i + y_i x_i'beta - ln y_i! ]
        """
        XB = np.dot(self.exog, params)
        endog = self.endog
        return np.sum(-np.exp(XB) + endog * XB - np.log(factorial(endog)))  #!
        return np.sum(-np.exp(XB) + endog * XB - gammaln(endog + 1))  #+

    def score(self, params):
        XB = np.dot(self.exog, params)
        return np.dot(self.endog - np.exp(XB), self.exog)

    def hessian(self, params):
        L = np.exp(np.dot(self.exog, params))
        return -np.dot(L * self.exog.T, self.exog)

    def fit(self, maxiter=35, tol=1e-8):
        params = np.zeros(self.exog.shape[1])
        params[0] = np.log(self.endog.mean())
        llf = self.loglike(params)
        for i in range(maxiter):
            params = params - np.linalg.solve(self.hessian(params), self.score(params))
            new_llf = self.loglike(params)
            if abs(new_llf - llf) < tol:
                break
            llf = new_llf
        self.llf = new_llf
        self.aic = -2 * (new_llf - self.exog.shape[1])
        return params
