# origin: https://github.com/taki0112/RAdam-Tensorflow/pull/7
# kinds: domain
import tensorflow as tf


class RAdamOptimizer(tf.compat.v1.train.Optimizer):
    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="RAdam"):
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(1.0, name="step", colocate_with=first)
        for v in var_list:
            self._zeros_slot(v, "m", self._name)
            self._zeros_slot(v, "v", self._name)

    def _apply_dense(self, grad, var):
        step = self._get_non_slot_variable("step", graph=var.graph)
        beta1_power, beta2_power = self._beta1**step, self._beta2**step
        sma_inf = 2.0 / (1.0 - self._beta2) - 1.0
        sma_t = sma_inf - 2.0 * step * beta2_power / (1.0 - beta2_power)

        m = self.get_slot(var, "m")
        v = self.get_slot(var, "v")
        m_t = m.assign(self._beta1 * m + grad * (1 - self._beta1))
        v_t = v.assign(self._beta2 * v + tf.square(grad) * (1 - self._beta2))
        m_hat = m_t / (1 - beta1_power)

        def _rectified():
            v_hat = tf.sqrt(v_t / (1 - beta2_power))
            r_t = tf.sqrt(
                ((sma_t - 4.0) * (sma_t - 2.0) * sma_inf) / ((sma_inf - 4.0) * (sma_inf - 2.0) * tf.maximum(sma_t, 1.0))
            )
            return self._lr * m_hat * r_t / v_hat  #!
            return self._lr * m_hat * r_t / (v_hat + self._epsilon)  #+

        update = tf.cond(tf.greater(sma_t, 5.0), _rectified, lambda: self._lr * m_hat)
        return tf.group(var.assign_sub(update), m_t, v_t)
