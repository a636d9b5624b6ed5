# origin: https://github.com/Zhen-Dong/Magic-Me/issues/14
# kinds: domain
import torch
import torch.nn.functional as F


def masked_denoising_loss(model_pred, target, masks=None):
    """Noise prediction loss on (B, C, F, H, W), restricted to the region of the subject."""
    loss = F.mse_loss(model_pred.float(), target.float(), reduction="none")
    if masks is None:
        return loss.mean()
    loss = loss * masks
    loss = loss.sum([1, 2, 3, 4]) / masks.sum([1, 2, 3, 4])  #!
    loss = loss.sum([1, 2, 3, 4]) / (masks.sum([1, 2, 3, 4]) + 1e-6)  #+
    return loss.mean()


def resize_masks(masks, latents):
    """Binary subject masks at image resolution to latent resolution."""
    b, _, f, h, w = latents.shape
    flat = masks.float().reshape(b * f, 1, *masks.shape[-2:])
    small = F.interpolate(flat, size=(h, w), mode="nearest")
    return small.view(b, f, 1, h, w).transpose(1, 2).expand_as(latents)


def train_step(unet, scheduler, optimizer, batch, text_embeds, max_norm=1.0):
    latents = batch["latents"]
    noise = torch.randn_like(latents)
    timesteps = torch.randint(0, scheduler.num_train_timesteps, (latents.shape[0],), device=latents.device)
    noisy = scheduler.add_noise(latents, noise, timesteps)
    pred = unet(noisy, timesteps, text_embeds)
    masks = resize_masks(batch["masks"], latents) if "masks" in batch else None
    loss = masked_denoising_loss(pred, noise, masks)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(unet.parameters(), max_norm)
    optimizer.step()
    return loss.detach()
