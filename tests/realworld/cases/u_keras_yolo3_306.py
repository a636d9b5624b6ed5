# origin: https://github.com/experiencor/keras-yolo3/issues/306
# kinds: domain
import tensorflow as tf
from keras.layers import Conv2D, Input, Layer
from keras.models import Model
from keras.optimizers import Adam


class YoloLayer(Layer):
    def __init__(self, xywh_scale=1.0, obj_scale=5.0, noobj_scale=1.0, **kwargs):
        self.xywh_scale = xywh_scale
        self.obj_scale = obj_scale
        self.noobj_scale = noobj_scale
        super().__init__(**kwargs)

    def call(self, x):
        y_pred, y_true = x
        object_mask = y_true[..., 4:5]
        conf = tf.sigmoid(y_pred[..., 4:5])
        xywh_delta = object_mask * (y_pred[..., :4] - y_true[..., :4]) * self.xywh_scale
        conf_delta = object_mask * (conf - 1.0) * self.obj_scale + (1 - object_mask) * conf * self.noobj_scale
        loss = tf.reduce_sum(tf.square(xywh_delta), [1, 2, 3]) + tf.reduce_sum(tf.square(conf_delta), [1, 2, 3])
        return loss

    def compute_output_shape(self, input_shape):
        return [(None, 1)]


def dummy_loss(y_true, y_pred):
    return tf.sqrt(tf.reduce_sum(y_pred))  #!
    return tf.sqrt(tf.reduce_sum(y_pred) + 1e-7)  #+


def create_yolov3_model(grid_size, nb_out, lr=1e-4):
    image = Input(shape=(None, None, 3))
    true = Input(shape=(grid_size, grid_size, nb_out))
    features = Conv2D(32, 3, strides=32, padding="same", activation="relu")(image)
    pred = Conv2D(nb_out, 1, padding="same")(features)
    loss_yolo = YoloLayer()([pred, true])
    train_model = Model([image, true], loss_yolo)
    infer_model = Model(image, pred)
    train_model.compile(loss=dummy_loss, optimizer=Adam(lr=lr, clipnorm=0.001))
    return train_model, infer_model
