# origin: https://github.com/sounakdey/SigNet/issues/1
# kinds: domain
from keras import backend as K
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, Lambda, MaxPooling2D
from keras.models import Model, Sequential
from keras.optimizers import RMSprop


def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.sum(K.square(x - y), axis=1, keepdims=True))  #!
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))  #+


def eucl_dist_output_shape(shapes):
    shape1, shape2 = shapes
    return (shape1[0], 1)


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


def create_base_network_signet(input_shape):
    seq = Sequential()
    seq.add(Conv2D(96, (11, 11), activation='relu', strides=(4, 4), input_shape=input_shape))
    seq.add(MaxPooling2D((3, 3), strides=(2, 2)))
    seq.add(Conv2D(256, (5, 5), activation='relu', padding='same'))
    seq.add(MaxPooling2D((3, 3), strides=(2, 2)))
    seq.add(Dropout(0.3))
    seq.add(Flatten())
    seq.add(Dense(128, activation='relu'))
    return seq


def build_signet(input_shape=(155, 220, 1)):
    base_network = create_base_network_signet(input_shape)
    input_a = Input(shape=input_shape)
    input_b = Input(shape=input_shape)
    processed_a = base_network(input_a)
    processed_b = base_network(input_b)
    distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)([processed_a, processed_b])
    model = Model(inputs=[input_a, input_b], outputs=distance)
    model.compile(loss=contrastive_loss, optimizer=RMSprop(lr=1e-4, rho=0.9, epsilon=1e-08))
    return model
