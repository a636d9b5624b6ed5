# origin: https://github.com/google/flax/issues/1671
# kinds: domain
"""Weight normalisation wrapped around another optimizer."""
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as onp


class WeightNormParamState(NamedTuple):
    direction_state: Any
    scale_state: Any
    mult: Any


class Momentum:
    def __init__(self, learning_rate=0.1, beta=0.9):
        self.learning_rate = learning_rate
        self.beta = beta

    def init_param_state(self, param):
        return jnp.zeros_like(param)

    def apply_param_gradient(self, param, state, grad):
        new_state = self.beta * state + grad
        return param - self.learning_rate * new_state, new_state


class WeightNorm:
    """Adds weight normalization to an optimizer def, see https://arxiv.org/abs/1602.07868."""

    def __init__(self, wrapped_optimizer, eps=1e-8, axis=-1):
        self.wrapped_optimizer = wrapped_optimizer
        self.eps = eps
        self.axis = axis

    def _split(self, param):
        redux = self._reduction_axes(param)
        norm = jnp.sqrt(jnp.square(param).sum(axis=redux, keepdims=True))  #!
        norm = jnp.sqrt(jnp.square(param).sum(axis=redux, keepdims=True) + self.eps)  #+
        return param / norm, norm  #!
        return param / norm, norm  #+

    def _reduction_axes(self, param):
        axis = self.axis % param.ndim
        return tuple(i for i in range(param.ndim) if i != axis)

    def init_state(self, params):
        def init(param):
            if onp.size(param) == param.shape[-1]:
                return WeightNormParamState(self.wrapped_optimizer.init_param_state(param), None, None)
            direction, scale = self._split(param)
            init_inner = self.wrapped_optimizer.init_param_state
            return WeightNormParamState(init_inner(direction), init_inner(scale), scale)

        return {name: init(p) for name, p in params.items()}

    def apply_gradient(self, params, state, grads):
        new_params, new_state = {}, {}
        for name, param in params.items():
            new_params[name], new_state[name] = self._apply_param(param, state[name], grads[name])
        return new_params, new_state

    def _apply_param(self, param, state, grad):
        inner = self.wrapped_optimizer.apply_param_gradient
        if state.mult is None:
            new_param, direction_state = inner(param, state.direction_state, grad)
            return new_param, state._replace(direction_state=direction_state)

        def recompose(raw, scale):
            direction, _ = self._split(raw)
            return direction * scale

        direction, _ = self._split(param)
        _, vjp_fn = jax.vjp(recompose, direction, state.mult)
        direction_grad, scale_grad = vjp_fn(grad)
        direction, direction_state = inner(direction, state.direction_state, direction_grad)
        scale, scale_state = inner(state.mult, state.scale_state, scale_grad)
        return recompose(direction, scale), WeightNormParamState(direction_state, scale_state, scale)
