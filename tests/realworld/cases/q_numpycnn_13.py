# origin: https://github.com/ahmedfgad/NumPyCNN/issues/13
# kinds: overflow
import numpy


def sigmoid(sop):
    if type(sop) in [list, tuple]:
        sop = numpy.array(sop)
    return 1.0 / (1 + numpy.exp(-1 * sop))  #!
    return numpy.exp(-numpy.logaddexp(0, -1 * sop))  #+


def relu(sop):
    if type(sop) in [list, tuple]:
        sop = numpy.array(sop)
    return numpy.maximum(sop, 0)


class Dense:
    def __init__(self, num_neurons, num_inputs, activation_function="relu"):
        self.activation = {"relu": relu, "sigmoid": sigmoid}[activation_function]
        self.weights = numpy.random.uniform(-0.1, 0.1, size=(num_inputs, num_neurons))
        self.trained_weights = self.weights.copy()
        self.layer_output = None

    def forward(self, layer_input):
        self.layer_output = self.activation(numpy.matmul(layer_input, self.trained_weights))
        return self.layer_output


class Model:
    def __init__(self, layers, learning_rate=0.01):
        self.layers = layers
        self.learning_rate = learning_rate

    def predict(self, data):
        for layer in self.layers:
            data = layer.forward(data)
        return numpy.argmax(data, axis=1)


def build(num_inputs, num_classes):
    return Model([
        Dense(150, num_inputs, "sigmoid"),
        Dense(num_classes, 150, "relu"),
    ])
