# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
"""Analytic energies with their derivatives, for the bonded and repulsive terms of a coarse-grained chain."""
from typing import NamedTuple, Tuple

import numpy


class DistanceVdV(NamedTuple):
    V: float
    dV_dA: numpy.ndarray
    dV_dB: numpy.ndarray


def distance_V(A: numpy.ndarray, B: numpy.ndarray) -> float:
    delta = A - B
    return numpy.sqrt(numpy.dot(delta, delta))


def distance_V_dV(A: numpy.ndarray, B: numpy.ndarray) -> DistanceVdV:
    delta = A - B
    V = numpy.sqrt(numpy.dot(delta, delta))
    if V == 0:  #+
        return DistanceVdV(V, numpy.zeros_like(delta), numpy.zeros_like(delta))  #+
    dV_dA = delta / V  #!
    dV_dA = delta / V  #+
    return DistanceVdV(V, dV_dA, -dV_dA)


def harmonic_V_dV(d: float, d0: float, k: float) -> Tuple[float, float]:
    return 0.5 * k * (d - d0) ** 2, k * (d - d0)


def soft_repulsion_V_dV(d: float, sigma: float, k: float) -> Tuple[float, float]:
    if d >= sigma:
        return 0.0, 0.0
    return k * (sigma - d) ** 2, -2 * k * (sigma - d)


class ChainEnergy:
    def __init__(self, bond_length=3.8, bond_k=10.0, sigma=4.5, repulsion_k=2.0):
        self.bond_length = bond_length
        self.bond_k = bond_k
        self.sigma = sigma
        self.repulsion_k = repulsion_k

    def __call__(self, coords: numpy.ndarray) -> Tuple[float, numpy.ndarray]:
        energy = 0.0
        gradient = numpy.zeros_like(coords)
        n = len(coords)
        for i in range(n):
            for j in range(i + 1, n):
                dist = distance_V_dV(coords[i], coords[j])
                if j == i + 1:
                    V, dV_dd = harmonic_V_dV(dist.V, self.bond_length, self.bond_k)
                else:
                    V, dV_dd = soft_repulsion_V_dV(dist.V, self.sigma, self.repulsion_k)
                energy += V
                gradient[i] += dV_dd * dist.dV_dA
                gradient[j] += dV_dd * dist.dV_dB
        return energy, gradient


def minimize(coords: numpy.ndarray, energy: ChainEnergy, steps: int = 200, lr: float = 1e-2) -> numpy.ndarray:
    coords = numpy.array(coords, dtype=numpy.float64)
    for _ in range(steps):
        _, gradient = energy(coords)
        coords -= lr * gradient
    return coords
