# origin: https://github.com/DeepRegNet/DeepReg/issues/690
# kinds: cancellation domain
import tensorflow as tf

EPS = 1.0e-7  #-
EPS = 1.0e-5  #+


def rectangular_kernel1d(kernel_size: int) -> tf.Tensor:
    """Return a the 1D filter for separable convolution equivalent to a 3-D rectangular kernel."""
    return tf.ones(shape=(kernel_size,), dtype=tf.float32)


def separable_filter(tensor: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Apply the 1d kernel along the three spatial axes of a (batch, dim1, dim2, dim3, 1) tensor."""
    strides = [1, 1, 1, 1, 1]
    kernel = tf.cast(kernel, dtype=tensor.dtype)
    tensor = tf.nn.conv3d(tensor, tf.reshape(kernel, [-1, 1, 1, 1, 1]), strides, "SAME")
    tensor = tf.nn.conv3d(tensor, tf.reshape(kernel, [1, -1, 1, 1, 1]), strides, "SAME")
    return tf.nn.conv3d(tensor, tf.reshape(kernel, [1, 1, -1, 1, 1]), strides, "SAME")


class LocalNormalizedCrossCorrelation(tf.keras.losses.Loss):
    """
    Local squared zero-normalized cross-correlation of y_true (t) and y_pred (p).

    The loss is based on a moving kernel/window over the y_true/y_pred,
    within the window the square of zncc is calculated.
    """

    def __init__(self, kernel_size: int = 9, name: str = "LocalNormalizedCrossCorrelation"):
        super().__init__(name=name)
        self.kernel = rectangular_kernel1d(kernel_size)
        self.kernel_vol = float(kernel_size) ** 3

    def calc_ncc(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        # t = y_true, p = y_pred
        t2 = y_true * y_true  #-
        p2 = y_pred * y_pred  #-
        tp = y_true * y_pred  #-

        # sum over kernel
        t_sum = separable_filter(y_true, self.kernel)
        p_sum = separable_filter(y_pred, self.kernel)
        t2_sum = separable_filter(t2, self.kernel)  #-
        p2_sum = separable_filter(p2, self.kernel)  #-
        tp_sum = separable_filter(tp, self.kernel)  #-

        # average over kernel
        t_avg = t_sum / self.kernel_vol
        p_avg = p_sum / self.kernel_vol

        cross = tp_sum - p_avg * t_sum  #!
        t_var = t2_sum - t_avg * t_sum  #!
        p_var = p2_sum - p_avg * p_sum  #!
        t = y_true - t_avg  #+
        p = y_pred - p_avg  #+
        cross = separable_filter(t * p, self.kernel) / self.kernel_vol  #+
        t_var = separable_filter(t * t, self.kernel) / self.kernel_vol  #+
        p_var = separable_filter(p * p, self.kernel) / self.kernel_vol  #+
        return (cross * cross + EPS) / (t_var * p_var + EPS)  #*

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        if len(y_true.shape) == 4:
            y_true = tf.expand_dims(y_true, axis=4)
            y_pred = tf.expand_dims(y_pred, axis=4)
        ncc = self.calc_ncc(y_true=y_true, y_pred=y_pred)
        return -tf.reduce_mean(ncc, axis=[1, 2, 3, 4])
