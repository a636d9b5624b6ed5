# origin: https://github.com/keras-team/keras/issues/11860
# kinds: loss-scale underflow domain precision
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K  #-
from tensorflow.keras import layers

K.set_floatx("float16")  #!
keras.mixed_precision.set_global_policy("mixed_float16")  #+


def build_model(input_shape=(120, 320, 3), dropout=0.3):
    model = keras.Sequential([
        layers.Input(shape=input_shape),
        layers.Rescaling(1.0 / 255),
        layers.Conv2D(24, 5, strides=2, activation="relu"),
        layers.Conv2D(36, 5, strides=2, activation="relu"),
        layers.Conv2D(48, 5, strides=2, activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dropout(dropout),
        layers.Dense(100, activation="relu"),
        layers.Dense(50, activation="relu"),
        layers.Dense(1),  #-
        layers.Dense(1, dtype="float32"),  #+
    ])
    return model


def frame_generator(frames, angles, batch_size):
    n = len(frames)
    while True:
        order = np.random.permutation(n)
        for start in range(0, n - batch_size + 1, batch_size):
            idx = order[start : start + batch_size]
            yield frames[idx].astype("float16"), angles[idx].astype("float16")  #-
            yield frames[idx].astype("float32"), angles[idx].astype("float32")  #+


def train(frames, angles, batch_size=32, epochs=10, lr=1e-3):
    model = build_model(frames.shape[1:])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=lr), loss="mse")  #*
    model.fit(
        frame_generator(frames, angles, batch_size),
        steps_per_epoch=len(frames) // batch_size,
        epochs=epochs,
    )
    model.save("pilot.keras")
    return model


if __name__ == "__main__":
    data = np.load("drive.npz")
    train(data["frames"], data["angles"])
