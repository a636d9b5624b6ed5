# origin: https://github.com/Xilinx/brevitas/pull/1496
# kinds: overflow precision
import torch
import torch.nn as nn


class BlockLoss(nn.Module):
    """Squared error of a quantized block against its float output, plus the rounding regularizer."""

    def __init__(self, learned_rounding_modules, weight=0.01, max_count=1000, b_range=(20, 2)):
        super().__init__()
        self.modules_to_round = learned_rounding_modules
        self.weight = weight
        self.max_count = max_count
        self.b_start, self.b_end = b_range
        self.iter = 0

    def temperature(self):
        t = min(self.iter / self.max_count, 1.0)
        return self.b_end + (self.b_start - self.b_end) * (1.0 - t)

    def forward(self, pred, tgt):
        self.iter += 1
        rec_loss = (pred - tgt).pow(2).sum(1).mean()  #!
        rec_loss = (pred.float() - tgt.float()).pow(2).sum(1).mean()  #+
        b = self.temperature()
        round_loss = torch.zeros((), device=pred.device)
        for module in self.modules_to_round:
            p = module.p_forward().float()
            round_loss = round_loss + torch.sum(1 - (2 * p - 1).abs().pow(b))
        return rec_loss + self.weight * round_loss


def optimize_block(block, block_loss, optimizer, fp_inputs, fp_outputs, iters=200, batch_size=8):
    """Float rounding parameters; cached activations are kept in half precision."""
    scaler = torch.amp.GradScaler(fp_inputs.device.type)
    best_loss, best_state = float("inf"), None
    n = fp_inputs.shape[0]
    for _ in range(iters):
        idx = torch.randperm(n)[:batch_size]
        with torch.autocast(fp_inputs.device.type, dtype=torch.float16):
            pred = block(fp_inputs[idx])
        loss = block_loss(pred, fp_outputs[idx])
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        if loss.item() < best_loss:
            best_loss = loss.item()
            best_state = {k: v.clone() for k, v in block.state_dict().items()}
    return best_loss, best_state
