# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: underflow precision
import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.backend.set_floatx("float16")  #-
keras.mixed_precision.set_global_policy("mixed_float16")  #+

WINDOW = 96
HORIZON = 24


def windows(series, batch_size=256, shuffle=True):
    """Sliding windows of an hourly load series that is already standardised."""
    n = len(series) - WINDOW - HORIZON + 1
    starts = np.arange(n)
    x = series[starts[:, None] + np.arange(WINDOW)][..., None]
    y = series[starts[:, None] + WINDOW + np.arange(HORIZON)]
    ds = tf.data.Dataset.from_tensor_slices((x.astype("float16"), y.astype("float16")))
    if shuffle:
        ds = ds.shuffle(10_000)
    return ds.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def conv_block(x, filters, dilation):
    skip = x
    x = keras.layers.Conv1D(filters, 3, padding="causal", dilation_rate=dilation)(x)
    x = keras.layers.Activation("relu")(x)
    x = keras.layers.Conv1D(filters, 1)(x)
    if skip.shape[-1] != filters:
        skip = keras.layers.Conv1D(filters, 1)(skip)
    return keras.layers.Add()([skip, x])


def build_forecaster(filters=64, levels=5, lr=1e-3):
    inputs = keras.Input((WINDOW, 1))
    x = inputs
    for level in range(levels):
        x = conv_block(x, filters, 2**level)
    x = keras.layers.Lambda(lambda t: t[:, -1])(x)
    outputs = keras.layers.Dense(HORIZON)(x)  #-
    outputs = keras.layers.Dense(HORIZON, dtype="float32")(x)  #+
    model = keras.Model(inputs, outputs)
    optimizer = keras.optimizers.Adam(learning_rate=lr, epsilon=1e-8)  #*
    model.compile(optimizer=optimizer, loss="mae")
    return model


def run(train_series, valid_series, epochs=20):
    model = build_forecaster()
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    history = model.fit(
        windows(train_series),
        validation_data=windows(valid_series, shuffle=False),
        epochs=epochs,
        callbacks=[stop],
    )
    return model, history.history
