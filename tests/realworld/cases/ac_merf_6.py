# origin: https://github.com/manifoldai/merf/issues/6
# kinds: overflow underflow domain
import numpy as np


class MERF(object):
    """Mixed effects model, fixed effects by least squares, random effects by EM."""

    def __init__(self, max_iterations=20):
        self.max_iterations = max_iterations
        self.gll_history = []

    def fit(self, X, Z, clusters, y):
        n_clusters = clusters.max() + 1
        n_obs = len(y)
        q = Z.shape[1]

        Z_by_cluster = {c: Z[clusters == c] for c in range(n_clusters)}
        y_by_cluster = {c: y[clusters == c] for c in range(n_clusters)}
        n_by_cluster = {c: len(y_by_cluster[c]) for c in range(n_clusters)}

        b_hat = np.zeros((n_clusters, q))
        sigma2_hat = 1.0
        D_hat = np.eye(q)

        for iteration in range(self.max_iterations):
            # E-step
            y_star = y - np.einsum('ij,ij->i', Z, b_hat[clusters])
            beta, *_ = np.linalg.lstsq(X, y_star, rcond=None)
            f_hat = X @ beta

            sigma2_hat_sum = 0
            D_hat_sum = 0
            for c in range(n_clusters):
                Z_i, y_i, n_i = Z_by_cluster[c], y_by_cluster[c], n_by_cluster[c]
                f_i = f_hat[clusters == c]
                V_hat_inv_i = np.linalg.inv(Z_i @ D_hat @ Z_i.T + sigma2_hat * np.eye(n_i))
                b_hat_i = D_hat @ Z_i.T @ V_hat_inv_i @ (y_i - f_i)
                eps_hat_i = y_i - f_i - Z_i @ b_hat_i
                b_hat[c] = b_hat_i
                sigma2_hat_sum += eps_hat_i @ eps_hat_i + sigma2_hat * (n_i - sigma2_hat * np.trace(V_hat_inv_i))
                D_hat_sum += np.outer(b_hat_i, b_hat_i) + D_hat - D_hat @ Z_i.T @ V_hat_inv_i @ Z_i @ D_hat

            # M-step
            sigma2_hat = sigma2_hat_sum / n_obs
            D_hat = D_hat_sum / n_clusters

            # Compute GLL
            gll = 0
            for c in range(n_clusters):
                Z_i, y_i, n_i = Z_by_cluster[c], y_by_cluster[c], n_by_cluster[c]
                R_hat_i = sigma2_hat * np.eye(n_i)
                resid = y_i - f_hat[clusters == c] - Z_i @ b_hat[c]
                logdet_D = np.log(np.linalg.det(D_hat))  #!
                logdet_R = np.log(np.linalg.det(R_hat_i))  #!
                _, logdet_D = np.linalg.slogdet(D_hat)  #+
                _, logdet_R = np.linalg.slogdet(R_hat_i)  #+
                gll += (resid @ np.linalg.solve(R_hat_i, resid)
                        + b_hat[c] @ np.linalg.solve(D_hat, b_hat[c]) + logdet_D + logdet_R)
            self.gll_history.append(gll)
            print("GLL is {} at iteration {}.".format(gll, iteration))
        return self
