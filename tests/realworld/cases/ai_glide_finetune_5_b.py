# origin: https://github.com/afiaka87/glide-finetune/issues/5
# kinds: underflow precision loss-scale
import argparse

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

K.set_floatx("float16")  #!
tf.keras.mixed_precision.set_global_policy("mixed_float16")  #+


def build_model(input_shape=(32, 32, 3), num_classes=10):
    inputs = layers.Input(shape=input_shape)
    x = inputs
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.25)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    logits = layers.Dense(num_classes)(x)  #-
    logits = layers.Dense(num_classes, dtype="float32")(x)  #+
    return models.Model(inputs, logits)


def load_data():
    (x_train, y_train), (x_test, y_test) = tf.keras.datasets.cifar10.load_data()
    mean = x_train.mean(axis=(0, 1, 2))
    std = x_train.std(axis=(0, 1, 2))
    x_train = ((x_train - mean) / std).astype(np.float32)
    x_test = ((x_test - mean) / std).astype(np.float32)
    return (x_train, y_train.ravel()), (x_test, y_test.ravel())


def train(batch_size, epochs, lr):
    (x_train, y_train), (x_test, y_test) = load_data()
    model = build_model(x_train.shape[1:])
    model.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=lr),  #*
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    callbacks = [
        tf.keras.callbacks.ReduceLROnPlateau(patience=3, factor=0.5),
        tf.keras.callbacks.ModelCheckpoint("cifar_half.h5", save_best_only=True),
    ]
    return model.fit(
        x_train,
        y_train,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(x_test, y_test),
        callbacks=callbacks,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch_size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--lr", type=float, default=1e-3)
    args = parser.parse_args()
    train(args.batch_size, args.epochs, args.lr)
