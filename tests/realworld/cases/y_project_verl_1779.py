# origin: https://github.com/verl-project/verl/pull/1779
# kinds: overflow domain
import torch


def kl_penalty(logprob: torch.Tensor, ref_logprob: torch.Tensor, kl_penalty: str) -> torch.Tensor:
    """Per-token estimate of the divergence between actor and reference."""
    if kl_penalty in ("kl", "k1"):
        return logprob - ref_logprob
    if kl_penalty == "abs":
        return (logprob - ref_logprob).abs()
    if kl_penalty in ("mse", "k2"):
        return 0.5 * (logprob - ref_logprob).square()
    if kl_penalty in ("low_var_kl", "k3"):
        kl = ref_logprob - logprob
        kl = torch.clamp(kl, min=-20, max=20)  #+
        ratio = torch.exp(kl)  #!
        kld = (ratio - kl - 1).contiguous()  #!
        ratio = torch.exp(kl)  #+
        kld = (ratio - kl - 1).contiguous()  #+
        return torch.clamp(kld, min=-10, max=10)
    raise NotImplementedError(kl_penalty)


def agg_loss(loss_mat, loss_mask):
    return (loss_mat * loss_mask).sum() / loss_mask.sum().clamp(min=1)


class ActorUpdater:
    def __init__(self, actor, optimizer, kl_loss_coef=1e-3, kl_loss_type="low_var_kl", grad_clip=1.0):
        self.actor = actor
        self.optimizer = optimizer
        self.kl_loss_coef = kl_loss_coef
        self.kl_loss_type = kl_loss_type
        self.grad_clip = grad_clip

    def update(self, data):
        log_prob = self.actor(data["input_ids"], data["responses"])
        ratio = torch.exp((log_prob - data["old_log_probs"]).clamp(-20, 20))
        pg = -torch.min(ratio * data["advantages"], ratio.clamp(0.8, 1.2) * data["advantages"])
        loss = agg_loss(pg, data["response_mask"])
        kld = kl_penalty(log_prob, data["ref_log_prob"], self.kl_loss_type)
        loss = loss + self.kl_loss_coef * agg_loss(kld, data["response_mask"])
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.actor.parameters(), self.grad_clip)
        self.optimizer.step()
        return loss.detach()
