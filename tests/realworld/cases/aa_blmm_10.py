# origin: https://github.com/TomMaullin/BLMM/issues/10
# kinds: overflow underflow domain
import numpy as np


def forceSym3D(x):
    return (x + x.transpose((0, 2, 1))) / 2


def ssr3D(YtX, YtY, XtX, beta):
    """Sum of squared residuals e'e of every voxel."""
    return YtY - 2 * YtX @ beta + beta.transpose((0, 2, 1)) @ XtX @ beta


def initBeta3D(XtX, XtY):
    return np.linalg.solve(XtX, XtY)


def initSigma23D(ete, n):
    return 1 / n * ete[:, 0, 0]


def llh3D(n, ZtZ, Zte, ete, sigma2, DinvIplusZtZD, D):
    """Log likelihood of (beta, sigma^2, D) of every voxel.

    l = -0.5(n ln(sigma^2) + ln|I+Z'ZD| + sigma^(-2)(e'e - e'ZD(I+Z'ZD)^(-1)Z'e))
    """
    v = ete.shape[0]
    IplusDZtZ = np.eye(ZtZ.shape[1]) + D @ ZtZ
    logdet = np.log(np.linalg.det(IplusDZtZ))  #!
    logdet = np.linalg.slogdet(IplusDZtZ)[1]  #+
    firstterm = -0.5 * (n * np.log(sigma2)).reshape(v) - 0.5 * logdet.reshape(v)

    quad = ete - forceSym3D(Zte.transpose((0, 2, 1)) @ DinvIplusZtZD @ Zte)
    secondterm = -0.5 * np.einsum('i,ijk->ijk', (1 / sigma2).reshape(v), quad).reshape(v)
    return firstterm + secondterm


def nnd3D(D):
    eigvals, eigvecs = np.linalg.eigh(D)
    lam = np.maximum(eigvals, 0)
    return eigvecs @ (lam[:, :, None] * eigvecs.transpose((0, 2, 1)))


def em3D(XtX, XtY, ZtX, ZtY, ZtZ, YtX, YtY, n, tol=1e-6, max_iter=100):
    """EM for one grouping factor, all voxels at once."""
    beta = initBeta3D(XtX, XtY)
    ete = ssr3D(YtX, YtY, XtX, beta)
    sigma2 = initSigma23D(ete, n)
    v, q = ZtZ.shape[0], ZtZ.shape[1]
    D = np.broadcast_to(np.eye(q), (v, q, q)).copy()
    llhprev, llh = -np.inf * np.ones(v), np.inf * np.ones(v)
    for it in range(max_iter):
        Zte = ZtY - ZtX @ beta
        DinvIplusZtZD = forceSym3D(D @ np.linalg.inv(np.eye(q) + ZtZ @ D))
        llh = llh3D(n, ZtZ, Zte, ete, sigma2, DinvIplusZtZD, D)
        if np.all(np.abs(llh - llhprev) < tol * np.maximum(1, np.abs(llh))):
            break
        u = DinvIplusZtZD @ Zte
        D = nnd3D(u @ u.transpose((0, 2, 1)) / sigma2[:, None, None] + DinvIplusZtZD)
        llhprev = llh
    return beta, sigma2, D, llh
