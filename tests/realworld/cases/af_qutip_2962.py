# origin: https://github.com/qutip/qutip/issues/2962
# kinds: overflow underflow
import math

import numpy as np


def binom(n, k):
    """Binomial coefficient by the multiplicative formula."""
    out = 1.0
    for i in range(1, k + 1):
        out = out * (n - k + i) / i
    return out


def spin_q_function(rho, theta, phi):
    r"""The Husimi Q function for spins is defined as ``Q(theta, phi) =
    SCS.dag() * rho * SCS`` for the spin coherent state ``SCS = spin_coherent(j, theta, phi)``.

    Parameters
    ----------
    rho : ndarray
        Density matrix of a spin-j quantum system.
    theta : array_like
        Polar (colatitude) angle, in (0, pi).
    phi : array_like
        Azimuthal angle.

    Returns
    -------
    Q, THETA, PHI : 2d-array
        Values representing the spin Husimi Q function at the values specified by THETA and PHI.
    """
    J = rho.shape[0]
    two_j = J - 1

    THETA, PHI = np.meshgrid(theta, phi)
    lnc, lns = np.log(np.cos(THETA / 2)), np.log(np.sin(THETA / 2))  #+

    Q = np.zeros_like(THETA, dtype=complex)
    for k1 in range(J):
        for k2 in range(J):
            if rho[k2, k1] == 0:
                continue
            s = k1 + k2
            coeff = np.sqrt(binom(two_j, k1)) * np.sqrt(binom(two_j, k2))  #!
            weight = coeff * np.cos(THETA / 2) ** (2 * two_j - s) * np.sin(THETA / 2) ** s  #!
            lg = 0.5 * (2 * math.lgamma(two_j + 1) - math.lgamma(k1 + 1) - math.lgamma(two_j - k1 + 1))  #+
            lg -= 0.5 * (math.lgamma(k2 + 1) + math.lgamma(two_j - k2 + 1))  #+
            weight = np.exp(lg + (2 * two_j - s) * lnc + s * lns)  #+
            Q += weight * np.exp(1j * (k1 - k2) * PHI) * rho[k2, k1]

    return Q.real, THETA, PHI


def dicke_state(two_j, k):
    rho = np.zeros((two_j + 1, two_j + 1), dtype=complex)
    rho[k, k] = 1.0
    return rho


if __name__ == "__main__":
    theta = np.linspace(0.1, np.pi - 0.1, 41)
    Q, _, _ = spin_q_function(dicke_state(1200, 600), theta, np.array([0.0]))
    print(Q.max())
