# origin: https://github.com/zhuchen03/FreeLB/issues/8
# kinds: underflow overflow precision domain
import torch


def init_delta(embeds_init, attention_mask, adv_init_mag):
    if adv_init_mag <= 0:
        return torch.zeros_like(embeds_init)
    input_mask = attention_mask.to(embeds_init)
    delta = torch.zeros_like(embeds_init).uniform_(-adv_init_mag, adv_init_mag)
    return delta * input_mask.unsqueeze(2)


def ascend(delta, delta_grad, adv_lr):
    batch = delta_grad.size(0)
    denorm = torch.norm(delta_grad.view(batch, -1), dim=1).view(-1, 1, 1)  #!
    denorm = torch.clamp(denorm, min=1e-8)  #!
    return (delta + adv_lr * delta_grad / denorm).detach()  #-
    delta_grad = delta_grad.float()  #+
    denorm = torch.norm(delta_grad.view(batch, -1), dim=1).view(-1, 1, 1)  #+
    denorm = torch.clamp(denorm, min=1e-8)  #+
    return (delta + (adv_lr * delta_grad / denorm).to(delta.dtype)).detach()  #+


class FreeLBTrainer:
    def __init__(self, args, model, optimizer):
        self.args = args
        self.model = model.half()
        self.optimizer = optimizer

    def train_batch(self, batch, word_embeddings):
        args = self.args
        embeds_init = word_embeddings(batch["input_ids"])
        delta = init_delta(embeds_init.detach(), batch["attention_mask"], args.adv_init_mag)
        total = 0.0
        for astep in range(args.adv_steps):
            delta.requires_grad_()
            outputs = self.model(
                inputs_embeds=delta + embeds_init,
                attention_mask=batch["attention_mask"],
                labels=batch["labels"])
            loss = outputs[0].float() / args.adv_steps
            total += loss.item()
            self.optimizer.backward(loss)
            if astep == args.adv_steps - 1:
                break
            delta = ascend(delta, delta.grad.clone().detach(), args.adv_lr)
            embeds_init = word_embeddings(batch["input_ids"])
        self.optimizer.step()
        self.optimizer.zero_grad()
        return total
