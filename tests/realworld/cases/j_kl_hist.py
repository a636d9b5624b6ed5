# origin: https://github.com/tensorflow/probability/issues/241
# kinds: domain
import numpy as np
import scipy.stats


class DriftMonitor:
    """Compares the distribution of a feature in production with the one at training time."""

    def __init__(self, reference, bins=20):
        self.counts, self.edges = np.histogram(reference, bins=bins)
        self.reference = self.counts / len(reference)

    def probabilities(self, sample):
        counts, _ = np.histogram(sample, bins=self.edges)
        return counts / max(counts.sum(), 1)

    def psi(self, sample):
        q_ref, p_now = self.reference, self.probabilities(sample)
        q_ref, p_now = np.maximum(q_ref, 1e-6), np.maximum(p_now, 1e-6)  #+
        return np.sum((p_now - q_ref) * np.log(p_now / q_ref))  #*

    def report(self, samples):
        return {name: {"psi": self.psi(s), "ks": scipy.stats.kstest(s, "norm").pvalue} for name, s in samples.items()}
