# origin: https://github.com/alexhernandezgarcia/gflownet/pull/133
# kinds: method
import torch
import torch.nn as nn
from tqdm import tqdm


class GFlowNetAgent:
    """Flow matching agent on a grid environment."""

    def __init__(self, env, policy, lr=1e-4, batch_size=16, n_train_steps=20000, ema_alpha=0.5,
                 clip_grad_norm=1.0, early_stopping=0.001, logger=None):
        self.env = env
        self.policy = policy
        self.batch_size = batch_size
        self.n_train_steps = n_train_steps
        self.ema_alpha = ema_alpha
        self.clip_grad_norm = clip_grad_norm
        self.early_stopping = early_stopping
        self.logger = logger
        self.opt = torch.optim.Adam(policy.parameters(), lr=lr, betas=(0.9, 0.999))

    def flowmatch_loss(self, batch):
        parents, actions, parents_mask = batch["parents"], batch["actions"], batch["mask"]
        q = self.policy(parents).gather(-1, actions.unsqueeze(-1)).squeeze(-1)
        in_flow = torch.logsumexp(q.masked_fill(~parents_mask, -1e3), dim=1)
        next_q = self.policy(batch["states"])
        out_flow = torch.logsumexp(next_q, dim=1)
        done = batch["done"]
        out_flow = torch.where(done, batch["rewards"].clamp(min=1e-8).log(), out_flow)
        sq = (in_flow - out_flow).pow(2)
        loss = sq.mean()
        term_loss = (sq * done).sum() / done.sum().clamp(min=1)
        flow_loss = (sq * ~done).sum() / (~done).sum().clamp(min=1)
        return loss, term_loss, flow_loss

    def train(self):
        all_losses = []
        loss_term_ema = None
        loss_flow_ema = None
        for it in tqdm(range(1, self.n_train_steps + 1)):
            batch = self.env.sample_batch(self.policy, self.batch_size)
            losses = self.flowmatch_loss(batch)
            self.opt.zero_grad()
            losses[0].backward()
            if self.clip_grad_norm > 0:
                nn.utils.clip_grad_norm_(self.policy.parameters(), self.clip_grad_norm)
            self.opt.step()
            all_losses.append([loss.item() for loss in losses])

            term_loss, flow_loss = losses[1], losses[2]  #-
            term_loss, flow_loss = losses[1].item(), losses[2].item()  #+
            if loss_term_ema is None:
                loss_term_ema, loss_flow_ema = term_loss, flow_loss
            loss_term_ema = self.ema_alpha * term_loss + (1.0 - self.ema_alpha) * loss_term_ema  #*
            loss_flow_ema = self.ema_alpha * flow_loss + (1.0 - self.ema_alpha) * loss_flow_ema  #*
            if loss_term_ema < self.early_stopping and loss_flow_ema < self.early_stopping:
                break
            if self.logger is not None:
                self.logger.log_metrics({"loss": all_losses[-1][0]}, step=it)
        return all_losses
