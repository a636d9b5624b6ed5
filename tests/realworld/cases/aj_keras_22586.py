# origin: https://github.com/keras-team/keras/issues/22586
# kinds: underflow precision
import keras
from keras import layers, ops

keras.mixed_precision.set_global_policy("mixed_float16")


@keras.saving.register_keras_serializable(package="emg")
class ChannelStandardize(layers.Layer):
    """Standardises every electrode of a window over its time axis."""

    def __init__(self, epsilon=1e-10, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        n = input_shape[-1]
        self.gain = self.add_weight(name="gain", shape=(n,), initializer="ones")
        self.offset = self.add_weight(name="offset", shape=(n,), initializer="zeros")

    def call(self, x):
        compute = x  #-
        compute = ops.cast(x, "float32")  #+
        mean = ops.mean(compute, axis=1, keepdims=True)
        centred = compute - mean
        var = ops.mean(ops.square(centred), axis=1, keepdims=True)
        y = centred * ops.rsqrt(var + self.epsilon)  #*
        y = ops.cast(y, self.compute_dtype)
        return y * self.gain + self.offset

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def build_model(window=400, electrodes=16, n_gestures=12):
    inputs = keras.Input((window, electrodes))
    x = ChannelStandardize()(inputs)
    for filters in (32, 64, 128):
        x = layers.Conv1D(filters, 5, padding="same", activation="relu")(x)
        x = layers.MaxPooling1D(2)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.3)(x)
    logits = layers.Dense(n_gestures, dtype="float32")(x)
    model = keras.Model(inputs, logits)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
