# origin: https://github.com/uber/causalml/issues/167
# kinds: domain
import numpy as np


def kl_divergence(pk, qk):
    """Divergence of two binary distributions."""
    qk = np.clip(qk, 0.1**6, 1 - 0.1**6)
    S = pk * np.log(pk / qk) + (1 - pk) * np.log((1 - pk) / (1 - qk))  #!
    pk = np.clip(pk, 0.1**6, 1 - 0.1**6)  #+
    S = pk * np.log(pk / qk) + (1 - pk) * np.log((1 - pk) / (1 - qk))  #+
    return S


def evaluate_kl(node_summary, control):
    pc = node_summary[control][0]
    return sum(kl_divergence(p, pc) for group, (p, _) in node_summary.items() if group != control)
