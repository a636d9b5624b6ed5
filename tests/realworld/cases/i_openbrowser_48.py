# origin: https://github.com/billy-enrizky/openbrowser-ai/pull/48
# kinds: overflow
import argparse

import torch


class FlowGRPOTrainer:
    def __init__(self, model, ref_model, optimizer, args):
        self.model, self.ref_model, self.optimizer, self.args = model, ref_model, optimizer, args

    def step_log_prob(self, model, state, action):
        logits = model(state["tokens"], state["time"])
        return torch.log_softmax(logits, dim=-1).gather(-1, action.unsqueeze(-1)).squeeze(-1).sum(-1)

    def kl(self, log_prob, ref_log_prob):
        log_r = ref_log_prob - log_prob
        log_r = log_r.clamp(-10.0, 10.0)  #+
        return (torch.exp(log_r) - log_r - 1).mean()  #*

    def train_step(self, trajectory):
        total = 0.0
        for state, action, advantage in trajectory:
            log_prob = self.step_log_prob(self.model, state, action)
            with torch.no_grad():
                ref_log_prob = self.step_log_prob(self.ref_model, state, action)
            kl_loss = self.kl(log_prob, ref_log_prob)
            step_loss = (-(advantage * log_prob).mean() + self.args.kl_coeff * kl_loss) / len(trajectory)
            step_loss.backward()
            total += step_loss.detach().item()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.args.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return total


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kl-coeff", dest="kl_coeff", type=float, default=0.04)
    parser.add_argument("--max-grad-norm", dest="max_grad_norm", type=float, default=1.0)
    return parser.parse_args()
