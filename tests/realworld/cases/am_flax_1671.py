# origin: https://github.com/google/flax/issues/1671
# kinds: domain
from typing import Any, Sequence

from flax import struct
import jax
import jax.numpy as jnp
import numpy as onp


@struct.dataclass
class _WeightNormHyperParams:
  inner: Any
  wn_decay: onp.ndarray
  wn_eps: onp.ndarray


@struct.dataclass
class _WeightNormParamState:
  direction_state: Any
  scale_state: Any
  mult: onp.ndarray


class WeightNorm:
  """Reparametrizes each kernel into a direction and a scale per output row."""

  def __init__(self, wrapped_optimizer, wn_decay=0, wn_eps=1e-8):
    self.wrapped_optimizer = wrapped_optimizer
    self.hyper_params = _WeightNormHyperParams(
        wrapped_optimizer.hyper_params, wn_decay, wn_eps)

  def _norm_axes(self, shape: Sequence[int]):
    return tuple(range(len(shape) - 1))

  def init_state(self, params):
    leaves, treedef = jax.tree_util.tree_flatten(params)
    directions, scales = zip(*(self._split_param(p) for p in leaves))
    direction_state = self.wrapped_optimizer.init_state(treedef.unflatten(directions))
    scale_state = self.wrapped_optimizer.init_state(treedef.unflatten(scales))
    return _WeightNormParamState(direction_state, scale_state, onp.asarray(1.0))

  def _split_param(self, param):
    if param.size > param.shape[-1]:
      norm = jnp.sqrt(jnp.square(param).sum(
          axis=self._norm_axes(param.shape), keepdims=True))
      direction = param / norm  #!
      direction = param / (norm + self.hyper_params.wn_eps)  #+
      return direction, norm
    return param, jnp.ones(())

  def _merge_param(self, direction, scale):
    if direction.size > direction.shape[-1]:
      norm = jnp.sqrt(jnp.square(direction).sum(  #-
          axis=self._norm_axes(direction.shape), keepdims=True))  #-
      return scale * direction / norm  #!
      eps = self.hyper_params.wn_eps  #+
      norm = jnp.sqrt(jnp.square(direction).sum(  #+
          axis=self._norm_axes(direction.shape), keepdims=True) + eps * eps)  #+
      return scale * direction / norm  #+
    return direction

  def apply_gradient(self, step, params, state, grads):
    def apply(param, grad):
      direction, scale = self._split_param(param)
      _, vjp_fn = jax.vjp(self._merge_param, direction, scale)
      d_grad, s_grad = vjp_fn(grad)
      d_grad = d_grad + self.hyper_params.wn_decay * direction
      lr = self.hyper_params.inner.learning_rate
      new_direction = direction - lr * d_grad
      return self._merge_param(new_direction, scale - lr * s_grad)

    new_params = jax.tree_util.tree_map(apply, params, grads)
    return new_params, state.replace(mult=state.mult + 1.0)
