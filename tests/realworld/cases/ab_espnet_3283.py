# origin: https://github.com/espnet/espnet/pull/3283
# kinds: method method
import logging

import torch


class Trainer:
    """Train one epoch of an encoder-decoder ASR model with gradient accumulation."""

    @classmethod
    def train_one_epoch(cls, model, iterator, optimizers, schedulers, scaler, options):
        grad_noise = options.get("grad_noise", False)
        accum_grad = options.get("accum_grad", 1)
        grad_clip = options.get("grad_clip", 5.0)
        grad_clip_type = options.get("grad_clip_type", 2.0)

        model.train()
        all_steps_are_invalid = True
        for iiter, batch in enumerate(iterator, 1):
            with torch.autocast("cuda", enabled=scaler is not None):
                loss, stats, weight = model(**batch)
                loss = (loss * weight.type(loss.dtype)).sum() / weight.sum()
                loss /= accum_grad

            if scaler is not None:
                scaler.scale(loss).backward()
            else:
                loss.backward()

            if iiter % accum_grad == 0:
                if scaler is not None:
                    # Unscales the gradients of optimizer's assigned params in-place
                    for optimizer in optimizers:
                        scaler.unscale_(optimizer)

                if grad_noise:
                    for p in model.parameters():
                        if p.grad is not None:
                            p.grad += torch.randn_like(p.grad) * 1e-3

                # compute the gradient norm to check if it is normal or not
                grad_norm = torch.nn.utils.clip_grad_norm_(
                    model.parameters(), max_norm=grad_clip, norm_type=grad_clip_type,
                )

                if not torch.isfinite(grad_norm):
                    logging.warning(f"The grad norm is {grad_norm}. Skipping updating the model.")  #*
                    # Must invoke scaler.update() if unscale_() is used in the iteration
                    if scaler is not None:
                        for optimizer in optimizers:
                            scaler.step(optimizer)
                            scaler.update()
                else:
                    all_steps_are_invalid = False
                    for optimizer, scheduler in zip(optimizers, schedulers):
                        if scaler is not None:
                            scaler.step(optimizer)
                            scaler.update()
                        else:
                            optimizer.step()
                        if scheduler is not None:
                            scheduler.step()
                        optimizer.zero_grad()  #!
                for optimizer in optimizers:  #+
                    optimizer.zero_grad()  #+
        return all_steps_are_invalid
