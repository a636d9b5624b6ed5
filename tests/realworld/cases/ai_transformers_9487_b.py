# origin: https://github.com/huggingface/transformers/pull/9487
# kinds: overflow
import torch
import torch.nn as nn


def nonlinearity(x):
    return x * torch.sigmoid(x)


def Normalize(in_channels, num_groups=32):
    return nn.GroupNorm(num_groups=num_groups, num_channels=in_channels, eps=1e-6, affine=True)


class AttnBlock(nn.Module):
    """Single-head attention over all pixels of the latent."""

    def __init__(self, in_channels):
        super().__init__()
        self.norm = Normalize(in_channels)
        self.q = nn.Conv2d(in_channels, in_channels, kernel_size=1)
        self.k = nn.Conv2d(in_channels, in_channels, kernel_size=1)
        self.v = nn.Conv2d(in_channels, in_channels, kernel_size=1)
        self.proj_out = nn.Conv2d(in_channels, in_channels, kernel_size=1)

    def forward(self, x):
        h_ = self.norm(x)
        q, k, v = self.q(h_), self.k(h_), self.v(h_)

        b, c, h, w = q.shape
        q = q.reshape(b, c, h * w).permute(0, 2, 1)
        k = k.reshape(b, c, h * w)
        w_ = torch.bmm(q, k)  #!
        w_ = w_ * (int(c) ** (-0.5))  #-
        w_ = nn.functional.softmax(w_, dim=2)  #-
        w_ = torch.bmm(q.float(), k.float()) * (int(c) ** (-0.5))  #+
        w_ = nn.functional.softmax(w_, dim=2).to(v.dtype)  #+

        v = v.reshape(b, c, h * w)
        h_ = torch.bmm(v, w_.permute(0, 2, 1)).reshape(b, c, h, w)
        return x + self.proj_out(h_)


class Decoder(nn.Module):
    def __init__(self, z_channels=4, ch=128, ch_mult=(1, 2, 4)):
        super().__init__()
        block_in = ch * ch_mult[-1]
        self.conv_in = nn.Conv2d(z_channels, block_in, 3, padding=1)
        self.mid_attn = AttnBlock(block_in)
        up = []
        for mult in reversed(ch_mult):
            up += [Normalize(block_in), nn.SiLU(), nn.Conv2d(block_in, ch * mult, 3, padding=1),
                   nn.Upsample(scale_factor=2)]
            block_in = ch * mult
        self.up = nn.Sequential(*up)
        self.norm_out = Normalize(block_in)
        self.conv_out = nn.Conv2d(block_in, 3, 3, padding=1)

    def forward(self, z):
        h = self.mid_attn(self.conv_in(z))
        h = self.up(h)
        return self.conv_out(nonlinearity(self.norm_out(h)))


@torch.inference_mode()
def decode_latents(ckpt, latents, scale_factor=0.18215):
    decoder = Decoder()
    decoder.load_state_dict(ckpt)
    decoder = decoder.half().eval().cuda()
    image = decoder(latents.half().cuda() / scale_factor)
    image = (image.float() / 2 + 0.5).clamp(0, 1)
    return (image.permute(0, 2, 3, 1).cpu().numpy() * 255).round().astype("uint8")
