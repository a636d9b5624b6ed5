# origin: https://github.com/keras-team/keras/issues/22586
# kinds: underflow overflow domain
import keras
from keras import constraints, initializers, layers, ops, regularizers

keras.config.set_dtype_policy("float16")


class GroupNormalization(layers.Layer):
    """Group normalization over the channel axis of a channels-last tensor."""

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-12,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        gamma_regularizer=None,
        gamma_constraint=None,
        dtype="float16",
        **kwargs,
    ):
        super().__init__(dtype=dtype, **kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        dim = input_shape[self.axis]
        if dim % self.groups != 0:
            raise ValueError(f"{dim} channels cannot be split in {self.groups} groups")
        self.gamma = self.add_weight(
            shape=(dim,), name="gamma", initializer=self.gamma_initializer,
            regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
        ) if self.scale else None
        self.beta = self.add_weight(
            shape=(dim,), name="beta", initializer=self.beta_initializer,
        ) if self.center else None

    def _reshape_into_groups(self, inputs):
        shape = ops.shape(inputs)
        return ops.reshape(inputs, shape[:-1] + (self.groups, shape[-1] // self.groups))

    def _apply_normalization(self, grouped):
        reduction_axes = list(range(1, len(grouped.shape)))
        reduction_axes.remove(len(grouped.shape) - 2)
        compute_dtype = grouped.dtype  #+
        grouped = ops.cast(grouped, "float32")  #+
        mean, variance = ops.moments(grouped, axes=reduction_axes, keepdims=True)  #!
        mean = ops.mean(grouped, axis=reduction_axes, keepdims=True)  #+
        variance = ops.mean(ops.square(grouped - mean), axis=reduction_axes, keepdims=True)  #+
        inv = ops.rsqrt(variance + self.epsilon)  #!
        inv = ops.rsqrt(variance + max(self.epsilon, 1e-6))  #+
        normalized = (grouped - mean) * inv
        normalized = ops.cast(normalized, compute_dtype)  #+
        return normalized

    def call(self, inputs):
        grouped = self._reshape_into_groups(ops.cast(inputs, self.compute_dtype))
        outputs = ops.reshape(self._apply_normalization(grouped), ops.shape(inputs))
        if self.scale:
            outputs = outputs * ops.cast(self.gamma, outputs.dtype)
        if self.center:
            outputs = outputs + ops.cast(self.beta, outputs.dtype)
        return outputs
