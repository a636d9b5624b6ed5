# origin: https://github.com/NVIDIA-NeMo/RL/pull/4025
# kinds: underflow domain
import math

import torch


def masked_mean(values, mask, global_normalization_factor=None):
    if global_normalization_factor is None:
        return torch.sum(values * mask) / (torch.sum(mask) + 1e-8)
    return torch.sum(values * mask) / (global_normalization_factor + 1e-8)


class ClippedPGLossMetrics:
    """Train / generation mismatch metrics of the clipped policy gradient loss."""

    def __init__(self, token_level=True):
        self.token_level = token_level

    def __call__(self, data, global_valid_toks):
        token_mask = data["token_mask"][:, 1:]
        sample_mask = data["sample_mask"]
        prev_logprobs = data["prev_logprobs"][:, 1:]
        generation_logprobs = data["generation_logprobs"][:, 1:]
        mask = token_mask * sample_mask.unsqueeze(-1)

        lp_error = masked_mean(
            torch.abs(generation_logprobs - prev_logprobs),
            mask,
            global_normalization_factor=global_valid_toks,
        ).item()

        # Jensen-Shannon divergence
        # M = 0.5 * (P_train + P_gen)
        # JSD = 0.5 * KL(P_train || M) + 0.5 * KL(P_gen || M)
        log_mixture = torch.log(  #!
            0.5 * torch.exp(prev_logprobs) + 0.5 * torch.exp(generation_logprobs)  #!
        )  #-
        log_mixture = torch.logaddexp(prev_logprobs, generation_logprobs) - math.log(2)  #+
        # KL(P_train || M)
        kl_prev_to_mixture = (
            torch.exp(prev_logprobs - log_mixture) - (prev_logprobs - log_mixture) - 1
        )

        # KL(P_gen || M)
        kl_gen_to_mixture = (
            torch.exp(generation_logprobs - log_mixture)
            - (generation_logprobs - log_mixture)
            - 1
        )

        js_divergence_error = masked_mean(
            0.5 * kl_prev_to_mixture + 0.5 * kl_gen_to_mixture,
            mask,
            global_normalization_factor=global_valid_toks,
        ).item()
        return {"lp_error": lp_error, "js_divergence_error": js_divergence_error}
