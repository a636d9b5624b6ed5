"""The one place that touches torch's insides: global hooks, patches and private queries, each undone by its remover.

Private interfaces used (torch 2.13): `torch._C._current_autograd_node`, `torch.autograd._get_sequence_nr`,
`torch._foreach_norm`, `torch.distributed.distributed_c10d._get_default_store`,
`torch.utils._python_dispatch.TorchDispatchMode`.
"""

# pyright: reportPrivateUsage=false, reportPrivateImportUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.nn.modules.module import register_module_buffer_registration_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode as DispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.data.dataloader import _BaseDataLoaderIter as LoaderIterator

__all__ = ["DispatchMode", "LoaderIterator", "tree_leaves", "tree_map"]
Remove = Callable[[], None]
_HALF = (torch.float16, torch.bfloat16)


def patch(owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Remove:
    """Replaces `owner.name` by `wrap(original)`; the remover puts the original back if nobody wrapped us since."""
    original = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
    plain: Callable[..., Any] = getattr(original, "__func__", original)
    wrapped = functools.wraps(plain)(wrap(plain))
    setattr(owner, name, wrapped)

    def remove() -> None:
        if getattr(owner, name, None) is wrapped:
            setattr(owner, name, original)

    return remove


def on_optimizer_step(before: Callable[..., Any], after: Callable[..., Any]) -> list[Remove]:
    handles = (
        register_optimizer_step_pre_hook(_eager(before)),
        register_optimizer_step_post_hook(_eager(after)),
    )
    return [h.remove for h in handles]


def _eager(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing where a step is compiled: traced into its graph, a hook of ours would break it."""

    def run(*args: Any) -> Any:
        return None if torch.compiler.is_compiling() else hook(*args)

    return run


def grad_norms(tensors: list[torch.Tensor]) -> list[float]:
    """Norm of every tensor in one fused call; a norm is finite iff the tensor is, up to overflow of the square."""
    if not tensors:
        return []
    first = tensors[0]
    wide = torch.float32 if first.dtype in _HALF else None  # a float16 norm overflows above 65504
    norms = torch._foreach_norm(tensors, 2, wide)
    if first.is_cuda:
        norms = torch.stack([n.float() for n in norms]).cpu().unbind()  # one transfer instead of many
    return [n.item() for n in norms]


def dense(grad: torch.Tensor) -> torch.Tensor:
    """The numbers of a gradient: values of a sparse one, real view of a complex one, local part of a sharded one."""
    if grad.layout is not torch.strided:
        grad = grad.coalesce().values() if grad.layout is torch.sparse_coo else grad.values()
    if grad.is_complex():
        grad = torch.view_as_real(grad.resolve_conj())
    to_local = getattr(grad, "to_local", None)
    return to_local() if to_local is not None else grad


def ordinary(tensor: torch.Tensor) -> bool:
    """Whether it has memory of its own in the usual layout: not nested, sparse, quantised, meta or a mere wrapper."""
    if tensor.layout is not torch.strided or tensor.is_nested or tensor.is_quantized or tensor.is_meta:
        return False
    try:
        tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return False
    return True


def default_store() -> Any:
    """The key-value store by which the ranks of the default group found each other."""
    return torch.distributed.distributed_c10d._get_default_store()


def autograd_node() -> Any | None:
    """The backward node that is running on this thread, if any."""
    return torch._C._current_autograd_node()


def next_sequence_number() -> int:
    """Number of the next backward node; an operation that just created one had this number minus 1."""
    return torch.autograd._get_sequence_nr()  # pyright: ignore[reportAttributeAccessIssue]


def is_custom_function(node: Any) -> bool:
    return isinstance(node, torch.autograd.function.BackwardCFunction)


def is_compiling() -> bool:
    return torch.compiler.is_compiling()


def eager_stance() -> Any:
    """A dispatch mode around a compiled function leaves it eager for good; under this stance it is compiled again."""
    return torch.compiler.set_stance("force_eager")


def parameters(optimizers: Iterable[torch.optim.Optimizer]) -> list[torch.Tensor]:
    return [p for o in optimizers for group in o.param_groups for p in group["params"]]


def children(module: torch.nn.Module) -> list[torch.nn.Module]:
    return [m for m in module._modules.values() if m is not None]


def own_tensors(module: torch.nn.Module) -> list[tuple[str, torch.Tensor]]:
    """Parameters and buffers of the module itself."""
    stores = (module._parameters, module._buffers)
    return [(name, t) for store in stores for name, t in store.items() if t is not None]


def own_buffers(module: torch.nn.Module) -> list[torch.Tensor]:
    return [b for b in module._buffers.values() if b is not None]


def floating_buffers(module: torch.nn.Module) -> list[tuple[str, torch.Tensor]]:
    return [
        (name, b) for name, b in module._buffers.items()
        if b is not None and b.is_floating_point() and ordinary(b) and not b.is_inference()
    ]  # fmt: skip


def is_norm(module: torch.nn.Module) -> bool:
    """Whether its buffers are running means and variances."""
    return isinstance(module, torch.nn.modules.batchnorm._NormBase)


def on_buffer(registered: Callable[[torch.nn.Module], object]) -> Remove:
    """Tells of every module that registers a buffer."""

    def hook(module: torch.nn.Module, name: str, buffer: torch.Tensor | None) -> None:
        if not torch.compiler.is_compiling():
            registered(module)

    return register_module_buffer_registration_hook(hook).remove


def named_modules(module: torch.nn.Module) -> list[tuple[str, torch.nn.Module]]:
    return list(module.named_modules())


def norm(tensor: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor).item())


def condition(matrix: torch.Tensor) -> float:
    """Largest over least singular value."""
    return float(torch.linalg.cond(matrix))
