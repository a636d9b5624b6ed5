# origin: https://github.com/pytorch/torchtitan/pull/1010
# kinds: domain
import functools

from torch.optim.lr_scheduler import LambdaLR


class LRSchedulersContainer:
    def __init__(self, optimizers, lr_lambda):
        self.schedulers = [LambdaLR(optimizer, lr_lambda) for optimizer in optimizers]

    def step(self):
        for scheduler in self.schedulers:
            scheduler.step()


def linear_warmup_linear_decay(warmup_steps: int, decay_steps: int, current_step: int) -> float:
    if current_step < warmup_steps:
        current_step += 1
        curr_adjustment = float(current_step / (warmup_steps + 1))
    else:
        normalized_step = decay_steps - (current_step - warmup_steps)
        curr_adjustment = 1 - (decay_steps - normalized_step) / decay_steps  #!
        curr_adjustment = 1 - (decay_steps - normalized_step) / max(1, decay_steps)  #+
    return curr_adjustment


def build_lr_schedulers(optimizers, job_config):
    warmup_steps = int(job_config.training.warmup_steps)
    decay_steps = int(job_config.training.steps - warmup_steps)
    lr_lambda = functools.partial(linear_warmup_linear_decay, warmup_steps, decay_steps)
    return LRSchedulersContainer(optimizers, lr_lambda)
