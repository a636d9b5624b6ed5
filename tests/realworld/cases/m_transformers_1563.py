# origin: https://github.com/huggingface/transformers/issues/1563
# kinds: explosion
import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR


def linear_warmup(optimizer, warmup_steps, total_steps):
    def scale(step):
        if step < warmup_steps:
            return step / max(1, warmup_steps)
        return max(0.0, (total_steps - step) / max(1, total_steps - warmup_steps))

    return LambdaLR(optimizer, scale)


def train(args, train_dataloader, model):
    optimizer = AdamW(model.parameters(), lr=args.learning_rate, eps=args.adam_epsilon)
    scheduler = linear_warmup(optimizer, args.warmup_steps, args.max_steps)
    global_step, running = 0, 0.0
    model.zero_grad()
    for epoch in range(args.num_train_epochs):
        for step, batch in enumerate(train_dataloader):
            model.train()
            inputs = {key: value.to(args.device) for key, value in batch.items()}
            loss = model(**inputs)[0]
            if args.gradient_accumulation_steps > 1:
                loss = loss / args.gradient_accumulation_steps
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), args.max_grad_norm)  #!
            running += loss.item()
            if (step + 1) % args.gradient_accumulation_steps == 0:
                torch.nn.utils.clip_grad_norm_(model.parameters(), args.max_grad_norm)  #+
                optimizer.step()
                scheduler.step()
                model.zero_grad()
                global_step += 1
    return global_step, running / max(1, global_step)
