# origin: https://github.com/netrack/keras-metrics/issues/14
# kinds: domain
from keras import backend as K
from keras.layers import Layer


class true_positive(Layer):
    def __init__(self, name="true_positive", label=0, **kwargs):
        super(true_positive, self).__init__(name=name, **kwargs)
        self.stateful = True
        self.label = label
        self.tp = K.variable(0, dtype="int32")

    def __call__(self, y_true, y_pred):
        y_true = K.cast(K.round(y_true[:, self.label]), "int32")
        y_pred = K.cast(K.round(y_pred[:, self.label]), "int32")
        tp = K.cast(K.sum(y_true * y_pred), "int32")
        self.add_update(K.update_add(self.tp, tp))
        return self.tp + tp


class f1_score(Layer):
    """Computes F1 over all batches: 2*p*r/(p+r)."""

    def __init__(self, name="f1_score", label=0, precision=None, recall=None):
        super(f1_score, self).__init__(name=name)
        self.precision = precision
        self.recall = recall

    def reset_states(self):
        self.precision.reset_states()
        self.recall.reset_states()

    def __call__(self, y_true, y_pred):
        pr = self.precision(y_true, y_pred)
        rec = self.recall(y_true, y_pred)
        return 2 * K.sum(pr * rec) / K.sum(pr + rec)  #!
        return 2 * K.sum(pr * rec) / (K.sum(pr + rec) + K.epsilon())  #+
