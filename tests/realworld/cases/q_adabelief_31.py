# origin: https://github.com/juntang-zhuang/Adabelief-Optimizer/issues/31
# kinds: underflow domain precision
import math

import torch
from torch.optim.optimizer import Optimizer


class AdaBelief(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-16, weight_decay=0.0,
                 state_dtype=torch.float16):  #!
                 state_dtype=torch.float32):  #+
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)
        self.state_dtype = state_dtype

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group['betas']
            for p in group['params']:
                if p.grad is None:
                    continue
                grad = p.grad.to(self.state_dtype)
                state = self.state[p]
                if len(state) == 0:
                    state['step'] = 0
                    state['exp_avg'] = torch.zeros_like(p, dtype=self.state_dtype)
                    state['exp_avg_var'] = torch.zeros_like(p, dtype=self.state_dtype)

                exp_avg, exp_avg_var = state['exp_avg'], state['exp_avg_var']
                state['step'] += 1
                bias_correction1 = 1 - beta1 ** state['step']
                bias_correction2 = 1 - beta2 ** state['step']

                p.mul_(1 - group['lr'] * group['weight_decay'])
                exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
                residual = grad - exp_avg
                exp_avg_var.mul_(beta2).addcmul_(residual, residual, value=1 - beta2)

                eps = group['eps']
                denom = ((exp_avg_var + eps).sqrt() / math.sqrt(bias_correction2)).add_(eps)  #*
                p.add_((exp_avg / denom).to(p.dtype), alpha=-group['lr'] / bias_correction1)  #*


def finetune(generator, batches, loss_fn, device, lr=2e-4):
    opt = AdaBelief(generator.parameters(), lr=lr)
    scaler = torch.amp.GradScaler(device)
    for latents, images in batches:
        opt.zero_grad()
        with torch.autocast(device, dtype=torch.float16):
            fake = generator(latents)
        loss = loss_fn(fake.float(), images)
        scaler.scale(loss).backward()
        scaler.step(opt)
        scaler.update()
