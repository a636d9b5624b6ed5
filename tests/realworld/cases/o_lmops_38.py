# origin: https://github.com/microsoft/LMOps/issues/38
# kinds: domain
import torch
import torch.nn.functional as F


def get_distil_loss(teacher_logits, logits, labels, ignore_index=-100):
    with torch.no_grad():
        teacher_probs = F.softmax(teacher_logits, dim=-1, dtype=torch.float32)
    logprobs = F.log_softmax(logits, dim=-1, dtype=torch.float32)
    x = torch.sum(teacher_probs * logprobs, dim=-1).view(-1)
    mask = (labels != ignore_index).int().view(-1)
    return -torch.sum(x * mask, dim=0) / torch.sum(mask, dim=0)  #!
    return -torch.sum(x * mask, dim=0) / torch.sum(mask, dim=0).clamp(min=1)  #+


def get_lm_loss(logits, labels, ignore_index=-100):
    losses = F.cross_entropy(
        logits.float().view(-1, logits.size(-1)), labels.view(-1),
        ignore_index=ignore_index, reduction="sum")
    return losses / (labels != ignore_index).sum().clamp(min=1)


def finetune(args, model, teacher_model, dataloader, optimizer, scheduler, device):
    model.train()
    teacher_model.eval()
    for step, (model_batch, no_model_batch) in enumerate(dataloader):
        model_batch = {k: v.to(device) for k, v in model_batch.items()}
        labels = no_model_batch["label"].to(device)
        logits = model(**model_batch, use_cache=False).logits
        with torch.no_grad():
            teacher_logits = teacher_model(**model_batch, use_cache=False).logits
        distil_loss = get_distil_loss(teacher_logits, logits, labels)
        lm_loss = get_lm_loss(logits, labels)
        loss = (1 - args.kd_ratio) * lm_loss + args.kd_ratio * distil_loss

        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), args.clip_grad)
        optimizer.step()
        scheduler.step()
        if step % args.log_interval == 0:
            print(f"step {step} | loss {loss.item():.4f} | ds_loss {distil_loss.item():.4f}")
