# origin: https://github.com/huggingface/transformers/pull/11855
# kinds: overflow
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class CausalLM(nn.Module):
    def __init__(self, vocab_size=256, hidden=64):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.lm_head = nn.Linear(hidden, vocab_size)

    def forward(self, input_ids, labels=None):
        hidden, _ = self.rnn(self.embed(input_ids))
        logits = self.lm_head(hidden)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return loss, logits


class Trainer:
    def __init__(self, model, eval_dataset):
        self.model = model
        self.eval_dataset = eval_dataset

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        losses = [self.model(batch, labels=batch)[0].item() for batch in self.eval_dataset]
        return {"eval_loss": sum(losses) / len(losses)}


def run_eval(model, eval_dataset):
    trainer = Trainer(model, eval_dataset)
    metrics = trainer.evaluate()
    metrics["eval_samples"] = len(eval_dataset)
    perplexity = math.exp(metrics["eval_loss"])  #!
    try:  #+
        perplexity = math.exp(metrics["eval_loss"])  #+
    except OverflowError:  #+
        perplexity = float("inf")  #+
    metrics["perplexity"] = perplexity
    return metrics


if __name__ == "__main__":
    model = CausalLM()
    eval_dataset = [torch.randint(0, 256, (4, 32)) for _ in range(4)]
    print(run_eval(model, eval_dataset))
