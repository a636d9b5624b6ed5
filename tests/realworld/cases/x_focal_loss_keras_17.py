# origin: https://github.com/mkocabas/focal-loss-keras/issues/17
# kinds: domain
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models


def focal_loss(gamma=2.0, alpha=0.25):
    def focal_loss_fixed(y_true, y_pred):
        y_true = tf.cast(y_true, y_pred.dtype)
        pt_1 = tf.where(tf.equal(y_true, 1), y_pred, tf.ones_like(y_pred))
        pt_0 = tf.where(tf.equal(y_true, 0), y_pred, tf.zeros_like(y_pred))
        positive = -K.sum(alpha * K.pow(1.0 - pt_1, gamma) * K.log(pt_1))  #!
        negative = -K.sum((1 - alpha) * K.pow(pt_0, gamma) * K.log(1.0 - pt_0))  #!
        positive = -K.sum(alpha * K.pow(1.0 - pt_1, gamma) * K.log(K.epsilon() + pt_1))  #+
        negative = -K.sum((1 - alpha) * K.pow(pt_0, gamma) * K.log(1.0 - pt_0 + K.epsilon()))  #+
        return positive + negative

    return focal_loss_fixed


def build_segmenter(input_shape=(256, 256, 3), width=32):
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(inputs)
    skip = x
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(2 * width, 3, padding="same", activation="relu")(x)
    x = layers.UpSampling2D(interpolation="bilinear")(x)
    x = layers.Concatenate()([x, skip])
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return models.Model(inputs, outputs)


def train(train_ds, val_ds, epochs=20, lr=1e-3):
    model = build_segmenter()
    model.compile(
        optimizer=tf.keras.optimizers.Adam(lr),
        loss=focal_loss(gamma=2.0, alpha=0.25),
        metrics=["accuracy"],
    )
    model.fit(train_ds, validation_data=val_ds, epochs=epochs)
    return model
