# origin: https://github.com/thinking-machines-lab/tinker-cookbook/pull/188
# kinds: underflow domain domain
"""Direct Preference Optimization (DPO) training."""
import torch
import torch.nn.functional as F


def compute_dpo_loss(
    chosen_logprobs,
    rejected_logprobs,
    chosen_ref_logprobs,
    rejected_ref_logprobs,
    dpo_beta,
):
    """Compute DPO loss and metrics from summed sequence log probabilities."""
    chosen_log_ratio = torch.stack(
        [lp - rlp for lp, rlp in zip(chosen_logprobs, chosen_ref_logprobs)]
    )
    rejected_log_ratio = torch.stack(
        [lp - rlp for lp, rlp in zip(rejected_logprobs, rejected_ref_logprobs)]
    )

    losses = -torch.log(torch.sigmoid(dpo_beta * (chosen_log_ratio - rejected_log_ratio)))  #!
    losses = -F.logsigmoid(dpo_beta * (chosen_log_ratio - rejected_log_ratio))  #+
    loss = losses.mean()

    accuracy = (chosen_log_ratio > rejected_log_ratio).float().mean().item()
    chosen_rewards = dpo_beta * chosen_log_ratio
    rejected_rewards = dpo_beta * rejected_log_ratio
    margin = (chosen_rewards - rejected_rewards).mean().item()
    metrics = {
        "dpo_loss": loss.item(),
        "accuracy": accuracy,
        "margin": margin,
        "chosen_reward": chosen_rewards.mean().item(),
        "rejected_reward": rejected_rewards.mean().item(),
    }
    return loss, metrics


def dpo_loss_fn(data, logprobs_list, ref_logprobs_list, dpo_beta=0.1):
    chosen_logprobs, rejected_logprobs = [], []
    chosen_ref_logprobs, rejected_ref_logprobs = [], []
    for i in range(0, len(data), 2):
        chosen_weights = torch.tensor(data[i]["weights"])
        chosen_logprobs.append(torch.dot(logprobs_list[i].float(), chosen_weights.float()))
        chosen_ref_logprobs.append(torch.dot(ref_logprobs_list[i].float(), chosen_weights.float()))

        rejected_weights = torch.tensor(data[i + 1]["weights"])
        rejected_logprobs.append(torch.dot(logprobs_list[i + 1].float(), rejected_weights.float()))
        rejected_ref_logprobs.append(
            torch.dot(ref_logprobs_list[i + 1].float(), rejected_weights.float())
        )

    return compute_dpo_loss(
        chosen_logprobs=chosen_logprobs,
        rejected_logprobs=rejected_logprobs,
        chosen_ref_logprobs=chosen_ref_logprobs,
        rejected_ref_logprobs=rejected_ref_logprobs,
        dpo_beta=dpo_beta,
    )
