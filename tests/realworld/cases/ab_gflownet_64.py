# origin: https://github.com/recursionpharma/gflownet/pull/64
# kinds: underflow domain precision
import torch
from torch import nn


class GraphActionCategorical:
    """A multi-type Categorical compatible with generating structured actions."""

    def __init__(self, logits, batch, num_graphs):
        self.logits = logits
        self.batch = batch
        self.num_graphs = num_graphs
        self.logprobs = None
        self._epsilon = 1e-38

    def _scatter(self, x, b, reduce):
        init = float("-inf") if reduce == "amax" else 0.0
        out = x.new_full((self.num_graphs, x.shape[1]), init)
        return out.scatter_reduce(0, b[:, None].expand_as(x), x, reduce=reduce)

    def _compute_batchwise_max(self, x):
        return torch.cat([self._scatter(i.detach(), b, "amax") for i, b in zip(x, self.batch)], dim=1).max(1).values

    def logsoftmax(self):
        """Compute log-probabilities given logits"""
        if self.logprobs is not None:
            return self.logprobs
        # Use the `subtract by max` trick to avoid precision errors
        maxl = self._compute_batchwise_max(self.logits)
        # x[b, None] indexes by the batch to map back to each node/edge and adds a broadcast dim
        corr_logits = [(i - maxl[b, None]) for i, b in zip(self.logits, self.batch)]
        exp_logits = [i.exp().clamp(self._epsilon) for i in corr_logits]
        # sum corrected exponentiated logits, to get log(Z - max) = log(sum(exp(logits)) - max)
        logZ = sum([self._scatter(i, b, "sum").sum(1) for i, b in zip(exp_logits, self.batch)]).log()
        # log probabilities is log(exp(logit) / Z)
        self.logprobs = [i.log() - logZ[b, None] for i, b in zip(exp_logits, self.batch)]  #!
        self.logprobs = [i - logZ[b, None] for i, b in zip(corr_logits, self.batch)]  #+
        return self.logprobs

    def log_prob(self, actions):
        logprobs = self.logsoftmax()
        # each action is a tuple (type, row, column)
        return torch.stack([logprobs[t][row, col] for t, row, col in actions])


class GraphPolicy(nn.Module):
    def __init__(self, num_emb=64, num_node_actions=12):
        super().__init__()
        self.emb2stop = nn.Linear(num_emb, 1)
        self.emb2add_node = nn.Linear(num_emb, num_node_actions)

    def forward(self, graph_emb, node_emb, batch):
        num_graphs = graph_emb.shape[0]
        return GraphActionCategorical(
            logits=[self.emb2stop(graph_emb), self.emb2add_node(node_emb)],
            batch=[torch.arange(num_graphs), batch],
            num_graphs=num_graphs,
        )


def trajectory_balance_loss(policy, log_Z, graph_emb, node_emb, batch, actions, log_rewards):
    log_pf = policy(graph_emb, node_emb, batch).log_prob(actions)
    return (log_Z + log_pf - log_rewards).pow(2).mean()
