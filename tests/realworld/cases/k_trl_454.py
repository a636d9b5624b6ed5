# origin: https://github.com/huggingface/trl/issues/454
# kinds: overflow
import torch
import torch.nn.functional as F


def logprobs_from_logits(logits, labels):
    return torch.gather(F.log_softmax(logits, dim=2), 2, labels.unsqueeze(2)).squeeze(-1)


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum().clamp(min=1)


class PPOTrainer:
    def __init__(self, config, model, ref_model, optimizer):
        self.config, self.model, self.ref_model, self.optimizer = config, model, ref_model, optimizer

    def batched_forward_pass(self, model, model_inputs):
        logits, _, values = model(**model_inputs)
        return logprobs_from_logits(logits[:, :-1, :], model_inputs["input_ids"][:, 1:]), values[:, :-1]

    def loss(self, old_logprobs, values, logprobs, vpreds, mask, advantages, returns):
        vf_loss = 0.5 * masked_mean((vpreds - returns) ** 2, mask)
        ratio = torch.exp(logprobs - old_logprobs)  #!
        ratio = torch.exp((logprobs - old_logprobs).clamp(-10.0, 10.0))  #+
        pg_losses = -advantages * ratio
        pg_losses2 = -advantages * torch.clamp(ratio, 1.0 - self.config.cliprange, 1.0 + self.config.cliprange)
        pg_loss = masked_mean(torch.max(pg_losses, pg_losses2), mask)
        return pg_loss, self.config.vf_coef * vf_loss

    def step(self, minibatch):
        logprobs, vpreds = self.batched_forward_pass(self.model, minibatch["inputs"])
        pg_loss, v_loss = self.loss(
            minibatch["logprobs"],
            minibatch["values"],
            logprobs,
            vpreds,
            minibatch["masks"],
            minibatch["advantages"],
            minibatch["returns"],
        )
        loss = pg_loss + v_loss
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"ppo/loss": loss.item()}
