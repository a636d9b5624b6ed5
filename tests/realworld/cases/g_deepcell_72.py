# origin: https://github.com/vanvalenlab/deepcell-toolbox/pull/72
# kinds: domain
import logging

import numpy as np


def normalize(image, epsilon=1e-07):
    """Normalize image data by dividing by the maximum pixel value of each channel of each batch."""
    logger = logging.getLogger(__name__)
    if not np.issubdtype(image.dtype, np.floating):
        logger.info("Converting image dtype to float")
    image = image.astype("float32")
    for batch in range(image.shape[0]):
        for channel in range(image.shape[-1]):
            img = image[batch, ..., channel]
            normal_image = (img - img.mean()) / img.std()  #!
            normal_image = (img - img.mean()) / (img.std() + epsilon)  #+
            image[batch, ..., channel] = normal_image
    return image


class Application:
    def __init__(self, model, preprocessing_fn=normalize, postprocessing_fn=None, batch_size=4):
        self.model = model
        self.preprocessing_fn = preprocessing_fn
        self.postprocessing_fn = postprocessing_fn
        self.batch_size = batch_size

    def predict(self, image, preprocess_kwargs=None):
        image = self.preprocessing_fn(image, **(preprocess_kwargs or {}))
        output = np.concatenate(
            [self.model(image[i : i + self.batch_size]) for i in range(0, len(image), self.batch_size)]
        )
        return self.postprocessing_fn(output) if self.postprocessing_fn else output
