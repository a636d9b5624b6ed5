# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
import tensorflow as tf
from tensorflow import keras

PAD_TAG = 0


class MaskedTagLoss(keras.losses.Loss):
    """Token-level loss for NER; sub-word pieces and padding carry PAD_TAG."""

    def __init__(self, name="masked_tag_loss"):
        super().__init__(name=name)
        self.ce = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="none"
        )

    def call(self, y_true, y_pred):
        mask = tf.cast(tf.not_equal(y_true, PAD_TAG), tf.float32)
        per_token = self.ce(y_true, y_pred)
        summed = tf.reduce_sum(per_token * mask, axis=-1)
        count = tf.reduce_sum(mask, axis=-1)
        return summed / count  #!
        return tf.math.divide_no_nan(summed, count)  #+


def build_tagger(vocab_size, num_tags, dim=128, units=64):
    tokens = keras.Input(shape=(None,), dtype="int32")
    x = keras.layers.Embedding(vocab_size, dim, mask_zero=True)(tokens)
    x = keras.layers.Dropout(0.3)(x)
    x = keras.layers.Bidirectional(keras.layers.LSTM(units, return_sequences=True))(x)
    logits = keras.layers.Dense(num_tags)(x)
    model = keras.Model(tokens, logits)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3, clipnorm=1.0),
        loss=MaskedTagLoss(),
    )
    return model


def make_dataset(token_ids, tags, batch_size=32, window=64):
    """Cuts documents into windows of a fixed length, the last one padded."""

    def windows():
        for ids, labels in zip(token_ids, tags):
            for start in range(0, len(ids), window):
                yield ids[start:start + window], labels[start:start + window]

    spec = (tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,), tf.int32))
    ds = tf.data.Dataset.from_generator(windows, output_signature=spec)
    ds = ds.shuffle(10000)
    return ds.padded_batch(batch_size, padded_shapes=([window], [window])).prefetch(2)


def main(token_ids, tags, vocab_size, num_tags):
    model = build_tagger(vocab_size, num_tags)
    model.fit(make_dataset(token_ids, tags), epochs=5)
    model.save("tagger.keras")
