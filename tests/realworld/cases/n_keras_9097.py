# origin: https://github.com/keras-team/keras/issues/9097
# kinds: domain
from keras import backend as K
from keras.layers import Dense, Dropout, Flatten, Input, Lambda
from keras.models import Model
from keras.optimizers import RMSprop


def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.sum(K.square(x - y), axis=1, keepdims=True))  #!
    sum_square = K.sum(K.square(x - y), axis=1, keepdims=True)  #+
    return K.sqrt(K.maximum(sum_square, K.epsilon()))  #+


def eucl_dist_output_shape(shapes):
    shape1, _ = shapes
    return (shape1[0], 1)


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


def create_base_network(input_shape):
    inp = Input(shape=input_shape)
    x = Flatten()(inp)
    x = Dense(128, activation="relu")(x)
    x = Dropout(0.1)(x)
    x = Dense(128, activation="relu")(x)
    return Model(inp, x)


def build_siamese(input_shape=(28, 28)):
    base = create_base_network(input_shape)
    left, right = Input(shape=input_shape), Input(shape=input_shape)
    distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)([base(left), base(right)])
    model = Model([left, right], distance)
    model.compile(loss=contrastive_loss, optimizer=RMSprop())
    return model
