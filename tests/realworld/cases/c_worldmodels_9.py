# origin: https://github.com/AppliedDataSciencePartners/WorldModels/issues/9
# kinds: overflow
from keras import backend as K
from keras.layers import Dense, Input, Lambda
from keras.models import Model

Z_DIM = 32


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], Z_DIM), mean=0.0, stddev=1.0)
    return z_mean + K.exp(z_log_var / 2) * epsilon  #!
    return z_mean + K.exp(K.clip(z_log_var, -20, 10) / 2) * epsilon  #+


class ConvVAE:
    def _build(self, hidden):
        vae_x = Input(shape=(64, 64, 3))
        h = hidden(vae_x)
        vae_z_mean = Dense(Z_DIM)(h)
        vae_z_log_var = Dense(Z_DIM)(h)
        vae_z = Lambda(sampling)([vae_z_mean, vae_z_log_var])

        def vae_kl_loss(y_true, y_pred):
            return -0.5 * K.sum(1 + vae_z_log_var - K.square(vae_z_mean) - K.exp(vae_z_log_var), axis=-1)  #!
            log_var = K.clip(vae_z_log_var, -20, 10)  #+
            return -0.5 * K.sum(1 + log_var - K.square(vae_z_mean) - K.exp(log_var), axis=-1)  #+

        model = Model(vae_x, vae_z)
        model.compile(optimizer="rmsprop", loss=vae_kl_loss)
        return model
