# origin: https://github.com/nabsabraham/focal-tversky-unet/issues/10
# kinds: domain
from tensorflow.keras import backend as K

smooth = 1


def tversky(y_true, y_pred, alpha=0.7):
    y_true_pos = K.flatten(y_true)
    y_pred_pos = K.flatten(y_pred)
    true_pos = K.sum(y_true_pos * y_pred_pos)
    false_neg = K.sum(y_true_pos * (1 - y_pred_pos))
    false_pos = K.sum((1 - y_true_pos) * y_pred_pos)
    return (true_pos + smooth) / (true_pos + alpha * false_neg + (1 - alpha) * false_pos + smooth)


def focal_tversky(y_true, y_pred, gamma=0.75):
    pt_1 = tversky(y_true, y_pred)
    return K.pow(1 - pt_1, gamma)  #!
    return K.pow(K.maximum(1 - pt_1, K.epsilon()), gamma)  #+


def dsc_loss(y_true, y_pred):
    intersection = K.sum(K.flatten(y_true) * K.flatten(y_pred))
    return 1 - (2.0 * intersection + smooth) / (K.sum(y_true) + K.sum(y_pred) + smooth)


def compile_unet(model, optimizer):
    model.compile(optimizer=optimizer, loss={"pred1": focal_tversky, "final": dsc_loss}, loss_weights=[1, 1])
    return model
