# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
import tensorflow as tf


def instance_stats(feat, eps=1e-5):
    """Per-image, per-channel mean and standard deviation of a feature map."""
    mean, var = tf.nn.moments(feat, axes=[1, 2], keepdims=True)
    std = tf.sqrt(var) + eps  #!
    std = tf.sqrt(var + eps)  #+
    return mean, std


def adain(content, style, alpha=1.0):
    c_mean, c_std = instance_stats(content)
    s_mean, s_std = instance_stats(style)
    target = s_std * (content - c_mean) / c_std + s_mean
    return alpha * target + (1.0 - alpha) * content


class StyleTransfer(tf.keras.Model):
    def __init__(self, encoder, decoder, loss_net, style_weight=4.0):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.loss_net = loss_net
        self.style_weight = style_weight

    def style_loss(self, generated, reference):
        terms = []
        for g, r in zip(generated, reference):
            g_mean, g_std = instance_stats(g)
            r_mean, r_std = instance_stats(r)
            terms.append(tf.reduce_mean(tf.square(g_mean - r_mean)))
            terms.append(tf.reduce_mean(tf.square(g_std - r_std)))
        return tf.add_n(terms)

    def train_step(self, data):
        style, content = data
        style_feat = self.encoder(style)
        target = adain(self.encoder(content), style_feat)

        with tf.GradientTape() as tape:
            image = self.decoder(target, training=True)
            feats = self.loss_net(image)
            content_loss = tf.reduce_mean(tf.square(feats[-1] - target))
            loss = content_loss + self.style_weight * self.style_loss(
                feats, self.loss_net(style)
            )

        variables = self.decoder.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"loss": loss, "content_loss": content_loss}
