# origin: https://github.com/afiaka87/glide-finetune/issues/5
# kinds: underflow domain
import argparse

import torch as th
from torch import nn


class TextImageUNet(nn.Module):
    def __init__(self, channels=16, cond_dim=8):
        super().__init__()
        self.inp = nn.Linear(channels, 64)
        self.cond = nn.Linear(cond_dim, 64)
        self.out = nn.Linear(64, channels)

    def convert_to_fp16(self):
        self.half()

    def forward(self, x, emb):
        return self.out(th.relu(self.inp(x) + self.cond(emb)))


def load_model(use_fp16=False, freeze_transformer=False, device="cpu"):
    model = TextImageUNet()
    if freeze_transformer:
        model.cond.requires_grad_(False)
    if use_fp16:
        model.convert_to_fp16()
    return model.to(device)


def train_step(model, x_t, noise, emb, optimizer):
    optimizer.zero_grad()
    eps_pred = model(x_t, emb)
    loss = th.nn.functional.mse_loss(eps_pred.float(), noise.float().detach())
    loss.backward()
    optimizer.step()
    return loss.item()


def run_glide_finetune(batches, args):
    model = load_model(use_fp16=args.use_fp16, freeze_transformer=args.freeze_transformer, device=args.device)
    model.train()
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = th.optim.AdamW(trainable, lr=args.learning_rate, weight_decay=args.adam_weight_decay)  #!
    optimizer = th.optim.AdamW(  #+
        trainable,  #+
        lr=args.learning_rate,  #+
        weight_decay=args.adam_weight_decay,  #+
        eps=1e-4 if args.use_fp16 else 1e-8,  #+
    )  #+
    dtype = th.float16 if args.use_fp16 else th.float32
    history = []
    for x_t, noise, emb in batches:
        x_t, noise, emb = (t.to(args.device, dtype) for t in (x_t, noise, emb))
        history.append(train_step(model, x_t, noise, emb, optimizer))
    return model, history


def parse_args(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", "-lr", type=float, default=2e-5)
    parser.add_argument("--adam_weight_decay", "-adam_wd", type=float, default=0.0)
    parser.add_argument("--use_fp16", "-fp16", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--freeze_transformer", action="store_true")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args(argv)


if __name__ == "__main__":
    data = [(th.randn(4, 16), th.randn(4, 16), th.randn(4, 8)) for _ in range(5)]
    _, losses = run_glide_finetune(data, parse_args())
    print(losses)
