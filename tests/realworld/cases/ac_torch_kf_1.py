# origin: https://github.com/raphaelreme/torch-kf/issues/1
# kinds: cancellation precision
import dataclasses

import torch


@dataclasses.dataclass
class GaussianState:
    mean: torch.Tensor
    covariance: torch.Tensor


class KalmanFilter:
    """Batch and fast Kalman filter implementation in PyTorch"""

    def __init__(self, process_matrix, measurement_matrix, process_noise, measurement_noise):
        self.process_matrix = process_matrix
        self.measurement_matrix = measurement_matrix
        self.process_noise = process_noise
        self.measurement_noise = measurement_noise

    def predict(self, state):
        mean = self.process_matrix @ state.mean
        covariance = self.process_matrix @ state.covariance @ self.process_matrix.mT + self.process_noise
        return GaussianState(mean, covariance)

    def project(self, state):
        mean = self.measurement_matrix @ state.mean
        covariance = self.measurement_matrix @ state.covariance @ self.measurement_matrix.mT + self.measurement_noise
        return GaussianState(mean, covariance)

    def update(self, state, measure):
        projection = self.project(state)
        residual = measure - projection.mean
        precision = projection.covariance.inverse().mT
        kalman_gain = state.covariance @ self.measurement_matrix.mT @ precision

        mean = state.mean + kalman_gain @ residual
        covariance = state.covariance - kalman_gain @ self.measurement_matrix @ state.covariance  #!
        eye = torch.eye(state.covariance.shape[-1], dtype=mean.dtype, device=mean.device)  #+
        factor = eye - kalman_gain @ self.measurement_matrix  #+
        covariance = factor @ state.covariance @ factor.mT + kalman_gain @ self.measurement_noise @ kalman_gain.mT  #+
        return GaussianState(mean, covariance)

    def filter(self, state, measures):
        for measure in measures:
            state = self.update(self.predict(state), measure)
        return state


def constant_kalman_filter(measurement_std, process_std, dim=2, order=2, dt=1.0):
    """Constant velocity / acceleration model for tracking."""
    block = torch.eye(order + 1)
    for i in range(order):
        block[i, i + 1] = dt
    process_matrix = torch.kron(torch.eye(dim), block)
    measurement_matrix = torch.zeros(dim, dim * (order + 1))
    for i in range(dim):
        measurement_matrix[i, i * (order + 1)] = 1.0
    noise = torch.zeros(dim * (order + 1))
    noise[order::order + 1] = process_std ** 2
    return KalmanFilter(process_matrix, measurement_matrix, torch.diag(noise), torch.eye(dim) * measurement_std ** 2)


def track(measures, measurement_std=0.01, process_std=1e-4, init_std=1000.0):
    """measures: (T, N, dim, 1) positions of N objects."""
    kf = constant_kalman_filter(measurement_std, process_std, dim=measures.shape[-2])
    state_dim = kf.process_matrix.shape[0]
    mean = torch.zeros(measures.shape[1], state_dim, 1)
    covariance = torch.eye(state_dim).expand(measures.shape[1], -1, -1) * init_std ** 2
    return kf.filter(GaussianState(mean, covariance), measures)
