# origin: https://github.com/tensorflow/probability/issues/241
# kinds: domain
import numpy as np


class MCTSPolicy:
    """Visit counts of a search turned into a policy, and how peaked it is."""

    def __init__(self, temperature=1.0):
        self.temperature = temperature

    def policy(self, visits):
        visits = np.asarray(visits, dtype=np.float64) ** (1.0 / self.temperature)
        return visits / max(visits.sum(), 1.0)

    def entropy(self, visits):
        probs = self.policy(visits)
        probs = probs[probs > 0]  #+
        return -(probs * np.log(probs)).sum()  #*

    def log(self, logger, visits, step):
        probs = self.policy(visits)
        logger.add_scalar("search/entropy", self.entropy(visits), step)
        logger.add_scalar("search/top", float(probs.max()), step)
