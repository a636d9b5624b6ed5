# origin: https://github.com/allenai/OLMo-core/pull/657
# kinds: domain
import torch
import torch.distributed as dist
import torch.nn.functional as F


class TransformerTrainModule:
    def __init__(self, model, optim, rank_microbatch_size, label_ignore_index=-100, dp_group=None):
        self.model = model
        self.optim = optim
        self.rank_microbatch_size = rank_microbatch_size
        self.label_ignore_index = label_ignore_index
        self.dp_group = dp_group

    def get_labels(self, batch):
        labels = batch["input_ids"].clone()
        labels = labels.masked_fill(~batch["label_mask"], self.label_ignore_index)
        return F.pad(labels[..., 1:], (0, 1), value=self.label_ignore_index)

    def train_batch(self, batch):
        self.model.train()
        labels = self.get_labels(batch)
        batch_num_tokens_for_loss = (labels != self.label_ignore_index).sum()  #!
        batch_num_tokens_for_loss = (labels != self.label_ignore_index).sum().clamp(min=1)  #+
        ce_total = torch.zeros((), device=labels.device)
        micro_ids = batch["input_ids"].split(self.rank_microbatch_size)
        micro_labels = labels.split(self.rank_microbatch_size)
        for ids, lab in zip(micro_ids, micro_labels):
            logits = self.model(ids)
            ce_sum = F.cross_entropy(
                logits.flatten(0, 1).float(), lab.flatten(),
                ignore_index=self.label_ignore_index, reduction="sum")
            loss = ce_sum / batch_num_tokens_for_loss  #*
            ce_total += loss.detach()
            loss.backward()
        self._reduce_gradients()
        self.optim.step()
        self.optim.zero_grad(set_to_none=True)
        return ce_total

    def _reduce_gradients(self):
        if not dist.is_initialized():
            return
        world = dist.get_world_size(self.dp_group)
        for p in self.model.parameters():
            if p.grad is not None:
                dist.all_reduce(p.grad, group=self.dp_group)
                p.grad.div_(world)
