# origin: https://github.com/mkocabas/focal-loss-keras/pull/24
# kinds: domain underflow
import tensorflow as tf
from keras import backend as K


def focal_loss(gamma=2.0, alpha=0.25):
    def focal_loss_fixed(y_true, y_pred):
        pt_1 = tf.where(tf.equal(y_true, 1), y_pred, tf.ones_like(y_pred))
        pt_0 = tf.where(tf.equal(y_true, 0), y_pred, tf.zeros_like(y_pred))
        pos = -K.sum(alpha * K.pow(1.0 - pt_1, gamma) * K.log(pt_1))  #!
        neg = -K.sum((1 - alpha) * K.pow(pt_0, gamma) * K.log(1.0 - pt_0))  #!
        pos = -K.sum(alpha * K.pow(1.0 - pt_1, gamma) * K.log(K.epsilon() + pt_1))  #+
        neg = -K.sum((1 - alpha) * K.pow(pt_0, gamma) * K.log(1.0 - pt_0 + K.epsilon()))  #+
        return pos + neg

    return focal_loss_fixed
