# origin: https://github.com/neuroneural/brainchop-cli/pull/56
# kinds: overflow
from tinygrad import Tensor, dtypes, nn


class GroupNorm:
    def __init__(self, num_groups, num_channels, eps=1e-5):
        self.num_groups = num_groups
        self.eps = eps
        self.weight = Tensor.ones(num_channels)
        self.bias = Tensor.zeros(num_channels)

    def __call__(self, x):
        shape = x.shape
        grouped = x.reshape(shape[0], self.num_groups, -1)  #-
        grouped = x.cast(dtypes.float32).reshape(shape[0], self.num_groups, -1)  #+
        centered = grouped - grouped.mean(axis=-1, keepdim=True)
        var = (centered * centered).mean(axis=-1, keepdim=True)  #*
        out = (centered * (var + self.eps).rsqrt()).reshape(*shape)
        channels = (1, -1) + (1,) * (len(shape) - 2)
        return out * self.weight.reshape(*channels) + self.bias.reshape(*channels)


class ConvBlock:
    def __init__(self, in_channels, out_channels, dilation):
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size=(3, 3, 3), padding=dilation, dilation=dilation)
        self.norm = GroupNorm(out_channels, out_channels)

    def __call__(self, x):
        x = self.conv(x).cast(dtypes.float16)
        return self.norm(x).cast(dtypes.float16).gelu()


class MeshNet:
    def __init__(self, channels=24, n_classes=104, dilations=(1, 2, 4, 8, 16, 8, 4, 2, 1)):
        widths = [1] + [channels] * len(dilations)
        self.blocks = [ConvBlock(i, o, d) for i, o, d in zip(widths, widths[1:], dilations)]
        self.classifier = nn.Conv2d(channels, n_classes, kernel_size=(1, 1, 1))

    def __call__(self, volume):
        x = volume.cast(dtypes.float16)
        for block in self.blocks:
            x = block(x)
        return self.classifier(x).argmax(axis=1)
