# origin: https://github.com/afiaka87/glide-finetune/issues/5
# kinds: domain precision underflow
import torch


def run_glide_finetune(model, loader, learning_rate=1e-5, use_fp16=True):
    model.train()
    model.half()
    optimizer = torch.optim.AdamW(  #!
        [x for x in model.parameters() if x.requires_grad],  #-
        lr=learning_rate,  #-
    )  #-
    optimizer = torch.optim.AdamW([x for x in model.parameters() if x.requires_grad], lr=learning_rate, eps=1e-4)  #+
    for tokens, masks, images in loader:
        optimizer.zero_grad()
        noise = torch.randn_like(images)
        loss = torch.nn.functional.mse_loss(model(images + noise, tokens, masks), noise)
        loss.backward()
        optimizer.step()
