# origin: https://github.com/deepspeedai/DeepSpeedExamples/pull/501
# kinds: domain underflow
import torch
from torch import nn


class RewardModel(nn.Module):
    """Scores prompt + answer; trained on (chosen, rejected) pairs stacked along the batch."""

    def __init__(self, base_model, hidden_size, pad_token_id):
        super().__init__()
        self.rwtransformer = base_model
        self.v_head = nn.Linear(hidden_size, 1, bias=False)
        self.PAD_ID = pad_token_id

    def forward(self, input_ids, attention_mask=None):
        hidden_states = self.rwtransformer(input_ids, attention_mask)
        rewards = self.v_head(hidden_states).squeeze(-1)
        bs = input_ids.shape[0] // 2
        seq_len = input_ids.shape[1]
        chosen_ids, rejected_ids = input_ids[:bs], input_ids[bs:]
        chosen_rewards, rejected_rewards = rewards[:bs], rewards[bs:]

        loss = 0
        chosen_mean_scores, rejected_mean_scores = [], []
        for i in range(bs):
            chosen_id, rejected_id = chosen_ids[i], rejected_ids[i]
            c_ind = self._end_of(chosen_id, seq_len)
            r_ind = self._end_of(rejected_id, seq_len)
            end_ind = max(c_ind, r_ind)
            differing = (chosen_id != rejected_id).nonzero()
            divergence_ind = differing[0].item() if len(differing) else end_ind - 1

            c_truncated_reward = chosen_rewards[i][divergence_ind:end_ind]
            r_truncated_reward = rejected_rewards[i][divergence_ind:end_ind]
            chosen_mean_scores.append(chosen_rewards[i][c_ind - 1])
            rejected_mean_scores.append(rejected_rewards[i][r_ind - 1])

            loss += -torch.log(torch.sigmoid(c_truncated_reward - r_truncated_reward)).mean()  #!
            loss += -nn.functional.logsigmoid(c_truncated_reward - r_truncated_reward).mean()  #+

        loss = loss / bs
        return {
            "loss": loss,
            "chosen_mean_scores": torch.stack(chosen_mean_scores),
            "rejected_mean_scores": torch.stack(rejected_mean_scores),
        }

    def _end_of(self, ids, seq_len):
        pads = (ids == self.PAD_ID).nonzero()
        return pads[0].item() if len(pads) else seq_len
