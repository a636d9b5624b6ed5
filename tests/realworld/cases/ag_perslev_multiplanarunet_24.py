# origin: https://github.com/perslev/MultiPlanarUNet/issues/24
# kinds: domain
import numpy as np


def get_class_counts(images, n_classes, n_samples=10, seed=0):
    """Estimate class counts from a sample of the training label maps."""
    rng = np.random.default_rng(seed)
    picks = rng.choice(len(images), size=min(n_samples, len(images)), replace=False)
    counts = np.zeros(n_classes, dtype=np.int64)
    for i in picks:
        counts += np.bincount(images[i].ravel(), minlength=n_classes)
    return counts


def set_bias_weights(layer, images, class_counts=None, logger=None):
    """Bias the softmax output layer to output class confidences equal to the class frequency."""
    if layer.activation != "softmax":
        raise ValueError("Setting output layer bias currently only supported with softmax.")

    weights = layer.get_weights()
    if len(weights) != 2:
        raise ValueError("Output layer does not have bias weights.")

    if class_counts is None:
        if logger:
            logger("OBS: Estimating class counts from 10 images")
        class_counts = get_class_counts(images, n_classes=weights[-1].size)

    freq = np.asarray(class_counts / np.sum(class_counts))  #-
    freq = np.asarray((class_counts + 1) / np.sum(class_counts + 1))  #+

    bias = np.log(freq * np.sum(np.exp(freq)))  #*
    bias = bias / (np.linalg.norm(bias) + 1e-8)

    weights[-1] = bias.reshape(weights[-1].shape)
    layer.set_weights(weights)
    if logger:
        logger("Setting bias weights on output layer to:\n%s" % bias)


class Conv1x1:
    """Pixelwise softmax output layer."""

    def __init__(self, in_channels, n_classes, seed=0):
        rng = np.random.default_rng(seed)
        self.activation = "softmax"
        self.kernel = rng.normal(0, 0.05, size=(in_channels, n_classes))
        self.bias = np.zeros(n_classes)

    def get_weights(self):
        return [self.kernel, self.bias]

    def set_weights(self, weights):
        self.kernel, self.bias = weights

    def __call__(self, x):
        z = x @ self.kernel + self.bias
        z = z - z.max(axis=-1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(axis=-1, keepdims=True)
