# origin: https://github.com/tky823/ssspy/issues/77
# kinds: underflow overflow domain
import numpy as np


class GradICA:
    """Independent component analysis by gradient descent with a Laplace contrast."""

    def __init__(self, step_size=1e-1, record_loss=True):
        self.step_size = step_size
        self.loss = [] if record_loss else None

    def __call__(self, input, n_iter=100):
        self.input = input
        n_sources = input.shape[0]
        self.demix_filter = np.eye(n_sources)
        if self.loss is not None:
            self.loss.append(self.compute_loss())
        for _ in range(n_iter):
            self.update_once()
            if self.loss is not None:
                self.loss.append(self.compute_loss())
        return self.separate(self.input)

    def separate(self, input):
        return self.demix_filter @ input

    def update_once(self):
        Y = self.separate(self.input)
        n_samples = Y.shape[-1]
        phi = np.sign(Y)
        grad = phi @ Y.T / n_samples - np.eye(Y.shape[0])
        self.demix_filter = self.demix_filter - self.step_size * grad @ self.demix_filter

    def compute_loss(self):
        Y = self.separate(self.input)
        contrast = np.abs(Y).mean(axis=-1).sum()
        logdet = np.log(np.abs(np.linalg.det(self.demix_filter)))  #!
        _, logdet = np.linalg.slogdet(self.demix_filter)  #+
        return contrast - logdet


def separate_recording(mixture, n_iter=200):
    ica = GradICA()
    estimated = ica(mixture, n_iter=n_iter)
    return estimated, np.array(ica.loss)
