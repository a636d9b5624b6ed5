# origin: https://github.com/THUDM/slime/pull/2198
# kinds: overflow
import torch


def compute_approx_kl(log_probs, log_probs_base, kind="low_var_kl"):
    log_ratio = log_probs.float() - log_probs_base.float()
    if kind == "k1":
        return log_ratio
    log_ratio = -log_ratio
    log_ratio = log_ratio.clamp(-20.0, 20.0)  #+
    return log_ratio.exp() - 1 - log_ratio  #!
    return torch.expm1(log_ratio) - log_ratio  #+
