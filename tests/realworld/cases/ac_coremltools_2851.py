# origin: https://github.com/apple/coremltools/pull/2851
# kinds: domain underflow precision
import numpy as np


def get_quant_range(n_bits, signed, mode):
    max_q = 2 ** n_bits
    if not signed:
        quant_min, quant_max = 0, max_q - 1
        if mode == "LINEAR_SYMMETRIC":
            quant_max -= 1
    else:
        quant_min, quant_max = -max_q / 2, max_q / 2 - 1
        if mode == "LINEAR_SYMMETRIC":
            quant_min += 1
    return int(quant_min), int(quant_max)


def quantize_weight(weight, axes, nbits, signed, quantization_mode, dtype):
    """Get quantized data along with metadata (scale, zero_point)."""
    if not np.issubdtype(weight.dtype, np.floating):
        raise ValueError("Only floating numpy arrays are supported.")

    val_min = np.amin(weight, axis=axes, keepdims=True)
    val_max = np.amax(weight, axis=axes, keepdims=True)

    q_val_min, q_val_max = get_quant_range(nbits, signed, quantization_mode)

    zero_point = None
    if quantization_mode == "LINEAR_SYMMETRIC":
        # For the linear_symmetric quantization_mode, the range is symmetrical to 0
        max_abs = np.maximum(np.abs(val_min), np.abs(val_max))
        val_min = -max_abs
        val_max = max_abs
    else:
        # For the linear quantization_mode, we need to make sure the data range contains `0`
        val_min = np.minimum(0.0, val_min)
        val_max = np.maximum(0.0, val_max)

    scale = (val_max - val_min) / (q_val_max - q_val_min)
    scale = np.where(scale == 0, np.ones_like(scale), scale)  #+
    if quantization_mode == "LINEAR":
        zero_point = np.round(q_val_min - val_min / scale)  #*
        zero_point = np.clip(zero_point, q_val_min, q_val_max).astype(dtype)

    quantized_data = np.round(weight / scale)  #*
    if zero_point is not None:
        quantized_data = quantized_data + zero_point
    quantized_data = np.clip(quantized_data, q_val_min, q_val_max).astype(dtype)
    return quantized_data, scale.astype(weight.dtype), zero_point


def linear_quantize_weights(state, mode="LINEAR_SYMMETRIC", nbits=8):
    compressed = {}
    for name, w in state.items():
        axes = tuple(range(1, w.ndim))
        compressed[name] = quantize_weight(w.astype(np.float16), axes, nbits, True, mode, np.int8)
    return compressed
