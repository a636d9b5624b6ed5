# origin: https://github.com/AtsushiSakai/PythonRobotics/issues/200
# kinds: underflow domain
import math

import numpy as np

# Estimation parameter of PF
Q = np.diag([0.1]) ** 2  # range error
R = np.diag([1.0, np.deg2rad(40.0)]) ** 2  # input error

DT = 0.1  # time tick [s]
NP = 100  # Number of Particle
NTh = NP / 2.0  # Number of particle for re-sampling


def motion_model(x, u):
    F = np.array([[1.0, 0, 0, 0],
                  [0, 1.0, 0, 0],
                  [0, 0, 1.0, 0],
                  [0, 0, 0, 0]])
    B = np.array([[DT * math.cos(x[2, 0]), 0],
                  [DT * math.sin(x[2, 0]), 0],
                  [0.0, DT],
                  [1.0, 0.0]])
    return F.dot(x) + B.dot(u)


def gauss_likelihood(x, sigma):
    p = 1.0 / math.sqrt(2.0 * math.pi * sigma ** 2) * math.exp(-x ** 2 / (2 * sigma ** 2))  #!
    return p  #-
    return -0.5 * math.log(2.0 * math.pi * sigma ** 2) - x ** 2 / (2 * sigma ** 2)  #+


def pf_localization(px, pw, z, u):
    """
    Localization with Particle filter
    """
    logw = np.log(np.maximum(pw, 1e-300))  #+
    for ip in range(NP):
        x = np.array([px[:, ip]]).T
        w = pw[0, ip]  #-
        w = logw[0, ip]  #+

        #  Predict with random input sampling
        ud1 = u[0, 0] + np.random.randn() * R[0, 0] ** 0.5
        ud2 = u[1, 0] + np.random.randn() * R[1, 1] ** 0.5
        ud = np.array([[ud1, ud2]]).T
        x = motion_model(x, ud)

        #  Calc Importance Weight
        for i in range(len(z[:, 0])):
            dx = x[0, 0] - z[i, 1]
            dy = x[1, 0] - z[i, 2]
            pre_z = math.sqrt(dx ** 2 + dy ** 2)
            dz = pre_z - z[i, 0]
            w = w * gauss_likelihood(dz, math.sqrt(Q[0, 0]))  #!
            w = w + gauss_likelihood(dz, math.sqrt(Q[0, 0]))  #+

        px[:, ip] = x[:, 0]
        pw[0, ip] = w  #-
        logw[0, ip] = w  #+

    pw = pw / pw.sum()  # normalize  #!
    pw = np.exp(logw - logw.max())  #+
    pw = pw / pw.sum()  #+

    x_est = px.dot(pw.T)
    px, pw = re_sampling(px, pw)
    return x_est, px, pw


def re_sampling(px, pw):
    """
    low variance re-sampling
    """
    n_eff = 1.0 / (pw.dot(pw.T))[0, 0]  # Effective particle number
    if n_eff < NTh:
        w_cum = np.cumsum(pw)
        base = np.arange(0.0, 1.0, 1 / NP)
        re_sample_id = base + np.random.uniform(0, 1 / NP)
        inds = np.minimum(np.searchsorted(w_cum, re_sample_id), NP - 1)
        px = px[:, inds]
        pw = np.zeros((1, NP)) + 1.0 / NP  # init weight
    return px, pw
