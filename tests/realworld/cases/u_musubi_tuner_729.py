# origin: https://github.com/kohya-ss/musubi-tuner/pull/729
# kinds: precision
import torch


def append_dims(x, target_dims):
    return x[(...,) + (None,) * (target_dims - x.ndim)]


def rescale_noise_cfg(noise_cfg, noise_pred_text, guidance_rescale=0.0):
    if guidance_rescale == 0:
        return noise_cfg
    dims = list(range(1, noise_pred_text.ndim))
    std_text = noise_pred_text.std(dim=dims, keepdim=True)
    std_cfg = noise_cfg.std(dim=dims, keepdim=True).clamp_min(1e-6)
    rescaled = noise_cfg * (std_text / std_cfg)
    return guidance_rescale * rescaled + (1.0 - guidance_rescale) * noise_cfg


def fm_wrapper(transformer, t_scale=1000.0):
    """Adapts a flow matching transformer to the k-diffusion sampler interface."""

    def k_model(x, sigma, **extra_args):
        dtype = extra_args["dtype"]
        cfg_scale = extra_args["cfg_scale"]
        guidance_rescale = extra_args["cfg_rescale"]
        original_dtype = x.dtype
        sigma = sigma.float()

        x = x.to(dtype)
        timestep = (sigma * t_scale).to(dtype)  #!
        timestep = sigma * t_scale  #+

        pred_positive = transformer(hidden_states=x, timestep=timestep, **extra_args["positive"])[0].float()
        if cfg_scale == 1.0:
            pred = pred_positive
        else:
            pred_negative = transformer(hidden_states=x, timestep=timestep, **extra_args["negative"])[0].float()
            pred_cfg = pred_negative + cfg_scale * (pred_positive - pred_negative)
            pred = rescale_noise_cfg(pred_cfg, pred_positive, guidance_rescale)

        x0 = x.float() - pred * append_dims(sigma, x.ndim)
        return x0.to(dtype=original_dtype)

    return k_model
