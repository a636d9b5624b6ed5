# origin: https://github.com/huggingface/trl/issues/2564
# kinds: domain cancellation domain precision
import torch
import torch.nn.functional as F


def log1mexp(x):  #+
    t = -0.6931471805599453  #+
    y = torch.clamp(x, max=-1e-6)  #+
    is_small = y < t  #+
    small = torch.log1p(-torch.exp(torch.where(is_small, y, t)))  #+
    big = torch.log(-torch.expm1(torch.where(is_small, t, y)))  #+
    return torch.where(is_small, small, big)  #+


class ORPOTrainer:
    """Minimal odds-ratio preference trainer."""

    def __init__(self, model, beta=0.1, label_pad_token_id=-100):
        self.model = model
        self.beta = beta
        self.label_pad_token_id = label_pad_token_id

    def odds_ratio_loss(self, policy_chosen_logps, policy_rejected_logps):
        # Derived from Eqs. (4) and (7) of the ORPO paper
        log_odds = (policy_chosen_logps - policy_rejected_logps) - (
            torch.log1p(-torch.exp(policy_chosen_logps)) - torch.log1p(-torch.exp(policy_rejected_logps))  #!
            log1mexp(policy_chosen_logps.float()) - log1mexp(policy_rejected_logps.float())  #+
        )
        ratio = F.logsigmoid(log_odds)
        losses = self.beta * ratio

        chosen_rewards = self.beta * policy_chosen_logps.detach()
        rejected_rewards = self.beta * policy_rejected_logps.detach()
        return losses, chosen_rewards, rejected_rewards, torch.mean(ratio), torch.mean(log_odds)

    def get_batch_logps(self, logits, labels, average_log_prob=True):
        labels = labels[:, 1:].clone()
        logits = logits[:, :-1, :]
        loss_mask = labels != self.label_pad_token_id
        labels = torch.where(labels == self.label_pad_token_id, 0, labels)
        per_token_logps = torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)
        if average_log_prob:
            return (per_token_logps * loss_mask).sum(-1) / loss_mask.sum(-1).clamp(min=1)
        return (per_token_logps * loss_mask).sum(-1)

    def get_batch_loss(self, batch):
        logits = self.model(batch["concatenated_input_ids"])
        labels = batch["concatenated_labels"]
        len_chosen = batch["chosen_labels"].shape[0]
        all_logps = self.get_batch_logps(logits, labels)
        losses, chosen_rewards, rejected_rewards, log_odds_ratio, log_odds_chosen = self.odds_ratio_loss(
            all_logps[:len_chosen], all_logps[len_chosen:]
        )
        return -losses.mean()
