# origin: https://github.com/keras-team/keras-hub/pull/2791
# kinds: domain
import keras
from keras import ops


class RetinaNetObjectDetector(keras.Model):
    def __init__(self, backbone, label_encoder, box_head, label_head, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.backbone = backbone
        self.label_encoder = label_encoder
        self.box_head = box_head
        self.label_head = label_head
        self.num_classes = num_classes

    def call(self, images):
        features = self.backbone(images)
        return {
            "bbox_regression": self.box_head(features),
            "cls_logits": self.label_head(features),
        }

    def compute_loss(self, x, y, y_pred, sample_weight=None, **kwargs):
        boxes, labels = self.label_encoder(x, y["boxes"], y["labels"])
        positive_mask = ops.cast(ops.greater(labels, -1.0), dtype="float32")
        normalizer = ops.sum(positive_mask)
        normalizer = ops.maximum(normalizer, 1.0)  #+
        valid_mask = ops.cast(ops.not_equal(labels, -2.0), dtype="float32")
        cls_weights = valid_mask / normalizer  #*
        box_weights = positive_mask / normalizer  #*
        class_ids = ops.cast(ops.maximum(labels, 0.0), "int32")
        one_hot = ops.one_hot(class_ids, self.num_classes) * positive_mask[..., None]

        return super().compute_loss(
            x=x,
            y={"bbox_regression": boxes, "cls_logits": one_hot},
            y_pred=y_pred,
            sample_weight={"bbox_regression": box_weights, "cls_logits": cls_weights},
        )


def compile_detector(model, learning_rate=1e-3):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate, momentum=0.9, global_clipnorm=10.0),
        loss={
            "bbox_regression": keras.losses.Huber(reduction="sum"),
            "cls_logits": keras.losses.BinaryFocalCrossentropy(from_logits=True, reduction="sum"),
        },
    )
    return model
