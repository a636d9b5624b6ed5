# origin: https://github.com/zhuchen03/FreeLB/issues/8
# kinds: underflow overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class ChoiceClassifier(nn.Module):
    def __init__(self, vocab_size, hidden=768):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, hidden)
        self.encoder = nn.GRU(hidden, hidden, batch_first=True)
        self.score = nn.Linear(hidden, 1)

    def forward(self, inputs_embeds, num_choices):
        _, last = self.encoder(inputs_embeds)
        return self.score(last[-1]).view(-1, num_choices)


def ascend(delta, delta_grad, adv_lr):
    denorm = torch.norm(delta_grad.view(delta_grad.size(0), -1), dim=1).view(-1, 1, 1)  #!
    denorm = torch.clamp(denorm, min=1e-8)  #!
    denorm = torch.norm(delta_grad.float().view(delta_grad.size(0), -1), dim=1).view(-1, 1, 1)  #+
    denorm = torch.clamp(denorm, min=1e-8)  #+
    step = adv_lr * delta_grad / denorm  #*
    return (delta + step.to(delta.dtype)).detach()


def freelb_step(model, batch, optimizer, adv_steps=3, adv_lr=1e-1, init_mag=2e-2):
    """Adversarial training in the embedding space; the model runs in float16 throughout."""
    model.half()
    embeds_init = model.embeddings(batch["input_ids"])
    lengths = batch["attention_mask"].sum(1).view(-1, 1, 1)
    delta = torch.zeros_like(embeds_init).uniform_(-init_mag, init_mag) / lengths.half()
    optimizer.zero_grad()
    total = 0.0
    for step in range(adv_steps):
        delta.requires_grad_()
        logits = model(delta + embeds_init, batch["num_choices"])
        loss = F.cross_entropy(logits.float(), batch["labels"]) / adv_steps
        loss.backward(retain_graph=True)
        total += loss.item()
        delta = ascend(delta, delta.grad.detach().clone(), adv_lr)
    optimizer.step()
    return total
