# origin: https://github.com/pykalman/pykalman/pull/211
# kinds: cancellation
import numpy as np


def _filter_predict(transition_matrix, transition_covariance, current_mean, current_covariance):
    mean = transition_matrix @ current_mean
    covariance = transition_matrix @ current_covariance @ transition_matrix.T + transition_covariance
    return mean, covariance


def _filter_correct(observation_matrix, observation_covariance, predicted_mean, predicted_covariance, observation):
    predicted_observation = observation_matrix @ predicted_mean
    innovation_covariance = observation_matrix @ predicted_covariance @ observation_matrix.T + observation_covariance
    gain = predicted_covariance @ observation_matrix.T @ np.linalg.pinv(innovation_covariance)
    corrected_mean = predicted_mean + gain @ (observation - predicted_observation)
    corrected_covariance = predicted_covariance - gain @ observation_matrix @ predicted_covariance  #!
    residual = np.eye(predicted_covariance.shape[0]) - gain @ observation_matrix  #+
    corrected_covariance = (  #+
        residual @ predicted_covariance @ residual.T + gain @ observation_covariance @ gain.T  #+
    )  #+
    return gain, corrected_mean, corrected_covariance


class KalmanFilter:
    def __init__(self, A, C, Q, R, initial_mean, initial_covariance):
        self.A, self.C, self.Q, self.R = A, C, Q, R
        self.initial_mean = initial_mean
        self.initial_covariance = initial_covariance

    def filter(self, observations):
        means, covariances = [], []
        mean, covariance = self.initial_mean, self.initial_covariance
        for t, z in enumerate(observations):
            if t > 0:
                mean, covariance = _filter_predict(self.A, self.Q, mean, covariance)
            _, mean, covariance = _filter_correct(self.C, self.R, mean, covariance, z)
            means.append(mean)
            covariances.append(covariance)
        return np.array(means), np.array(covariances)
