# origin: https://github.com/virtualzx-nad/geodesic-interpolate/issues/12
# kinds: domain
import numpy as np


def compute_rij(geom, rij_list):
    nrij = len(rij_list)
    rij = np.zeros(nrij)
    bmat = np.zeros((nrij, len(geom), 3))
    for idx, (i, j) in enumerate(rij_list):
        dvec = geom[i] - geom[j]
        rij[idx] = r = np.sqrt(dvec[0] * dvec[0] + dvec[1] * dvec[1] + dvec[2] * dvec[2])
        grad = dvec / r  #!
        grad = dvec / max(r, 1e-10)  #+
        bmat[idx, i] = grad
        bmat[idx, j] = -grad
    return rij, bmat
