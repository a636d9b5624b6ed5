# origin: https://github.com/huggingface/transformers/pull/8561
# kinds: precision
import torch


class Trainer:
    """Plain loop; model, activations and loss are bfloat16."""

    def __init__(self, model, optimizer, scheduler, train_dataloader, logging_steps=500, max_grad_norm=1.0):
        self.model = model.to(torch.bfloat16)
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.train_dataloader = train_dataloader
        self.logging_steps = logging_steps
        self.max_grad_norm = max_grad_norm
        self.device = next(model.parameters()).device
        self.history = []

    def training_step(self, inputs):
        loss = self.model(**inputs)
        loss.backward()
        return loss.detach()

    def train(self, num_epochs):
        tr_loss = torch.tensor(0.0, dtype=torch.bfloat16, device=self.device)  #!
        tr_loss = torch.tensor(0.0, dtype=torch.float32, device=self.device)  #+
        logging_loss = 0.0
        global_step = 0
        self.model.train()
        for _ in range(num_epochs):
            for inputs in self.train_dataloader:
                tr_loss += self.training_step(inputs)  #!
                tr_loss += self.training_step(inputs).float()  #+
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.max_grad_norm)
                self.optimizer.step()
                self.scheduler.step()
                self.model.zero_grad()
                global_step += 1
                if global_step % self.logging_steps == 0:
                    total = tr_loss.item()
                    self.history.append({"loss": (total - logging_loss) / self.logging_steps, "step": global_step})
                    logging_loss = total
        return global_step, tr_loss.item() / max(global_step, 1)
