# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import tensorflow as tf
from tensorflow import keras

STYLE_LAYERS = ["block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1"]


def get_mean_std(x, epsilon=1e-5):
    mean, variance = tf.nn.moments(x, axes=[1, 2], keepdims=True)
    standard_deviation = tf.sqrt(variance)  #!
    standard_deviation = tf.sqrt(variance + epsilon)  #+
    return mean, standard_deviation


def ada_in(style, content, epsilon=1e-5):
    """Aligns channel statistics of the content feature map with the style's."""
    content_mean, content_std = get_mean_std(content)
    style_mean, style_std = get_mean_std(style)
    return style_std * (content - content_mean) / (content_std + epsilon) + style_mean


def get_loss_net(image_size):
    vgg = keras.applications.VGG19(include_top=False, weights="imagenet", input_shape=(*image_size, 3))
    vgg.trainable = False
    outputs = [vgg.get_layer(name).output for name in STYLE_LAYERS]
    return keras.Model(vgg.input, outputs, name="loss_net")


class StyleTransfer(keras.Model):
    def __init__(self, encoder, decoder, loss_net, style_weight=4.0, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.loss_net = loss_net
        self.style_weight = style_weight

    def train_step(self, inputs):
        style, content = inputs
        style_encoded = self.encoder(style)
        t = ada_in(style_encoded, self.encoder(content))
        with tf.GradientTape() as tape:
            reconstructed = self.decoder(t)
            out_vgg = self.loss_net(reconstructed)
            style_vgg = self.loss_net(style)
            loss_content = tf.reduce_mean(tf.square(t - out_vgg[-1]))
            loss_style = 0.0
            for inp, out in zip(style_vgg, out_vgg):
                m_in, s_in = get_mean_std(inp)
                m_out, s_out = get_mean_std(out)
                loss_style += tf.reduce_mean(tf.square(m_in - m_out))
                loss_style += tf.reduce_mean(tf.square(s_in - s_out))
            total = loss_content + self.style_weight * loss_style
        grads = tape.gradient(total, self.decoder.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.decoder.trainable_variables))
        return {"loss": total}
