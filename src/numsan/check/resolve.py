"""What a name in source stands for: imports, aliases, star imports of known modules."""

from __future__ import annotations

import ast
from functools import cached_property

from numsan.core.names import PARAMETERS
from numsan.core.syntax import statements

# modules whose functions take part, longest first
_PREFIXES = {
    "torch.nn.functional": "torch", "torch.special": "torch", "torch.linalg": "torch",
    "torch.Tensor": "torch", "torch_scatter": "torch",
    "torch.autograd": "torch", "torch": "torch", "numpy.linalg": "numpy", "numpy": "numpy", "scipy.special": "numpy",
    "autograd.numpy.linalg": "jax", "autograd.numpy": "jax", "autograd.scipy.special": "jax",
    "jax.numpy.linalg": "jax", "jax.lax": "jax", "math": "numpy", "cupy": "numpy", "numpy.ma": "numpy",
    "tensorflow.keras.backend": "tensorflow", "keras.backend": "tensorflow", "keras.ops": "tensorflow",
    "tensorflow.keras.ops": "tensorflow", "tensorflow.compat.v1": "tensorflow", "einops": "torch",
    "numpy.random": "numpy", "jax.random": "jax", "tensorflow.random": "tensorflow",
    "optax": "jax", "optax.losses": "jax", "optax.tree_utils": "jax", "torch.nn.utils": "torch",
    "tensorflow.compat.v1.nn": "tensorflow",
    "tensorflow.compat.v1.math": "tensorflow", "jax.scipy.special": "jax", "jax.numpy": "jax",
    "jax.nn": "jax", "flax.linen": "jax", "flax.nnx": "jax",
    "jax.ops": "jax", "mlx.core": "jax", "tensorflow.math": "tensorflow",
    "tensorflow.nn": "tensorflow", "tensorflow.linalg": "tensorflow", "tensorflow": "tensorflow",
}  # fmt: skip
_STARS = {"torch.nn.functional", "torch", "numpy", "jax.numpy"}
RENAMED = {
    "index_fill_": "index_fill",
    "absolute": "abs", "clip": "clamp", "clip_by_value": "clamp", "arccos": "acos", "arcsin": "asin",
    "arctanh": "atanh", "arccosh": "acosh", "arctan2": "atan2", "expit": "sigmoid", "vector_norm": "norm",
    "inv": "inverse", "pinv": "pinv", "divide": "div", "true_divide": "div", "truediv": "div", "multiply": "mul",
    "subtract": "sub", "negative": "neg", "power": "pow", "float_power": "pow", "bmm": "matmul",
    "mm": "matmul",
    "mv": "matmul", "linear": "matmul", "dot": "matmul", "inner": "matmul", "reduce_sum": "sum", "reduce_mean": "mean",
    "reduce_prod": "prod", "reduce_max": "amax", "reduce_min": "amin", "reduce_logsumexp": "logsumexp",
    "softmax_cross_entropy_with_logits": "cross_entropy", "softmax_cross_entropy": "cross_entropy",
    "softmax_cross_entropy_with_logits_v2": "cross_entropy",
    "sparse_softmax_cross_entropy_with_logits": "cross_entropy",
    "softmax_cross_entropy_with_integer_labels": "cross_entropy",
    "sigmoid_cross_entropy_with_logits": "binary_cross_entropy_with_logits",
    "sigmoid_binary_cross_entropy": "binary_cross_entropy_with_logits",
    "reduce_std": "std", "log_sigmoid": "logsigmoid", "fabs": "abs", "gather_nd": "gather",
    "adaptive_avg_pool1d": "avg_pool", "adaptive_avg_pool2d": "avg_pool", "adaptive_avg_pool3d": "avg_pool",
    "avg_pool1d": "avg_pool", "avg_pool2d": "avg_pool", "avg_pool3d": "avg_pool",
    "reduce_variance": "var", "batch_dot": "matmul", "switch": "where", "fmax": "maximum",
    "fmin": "minimum", "nansum": "sum", "nanmean": "mean", "nanstd": "std", "nanvar": "var", "nanmax": "amax",
    "nanmin": "amin", "nanprod": "prod", "matrix_norm": "norm", "is_finite": "isfinite", "is_nan": "isnan",
    "tree_l2_norm": "global_norm", "get_total_norm": "global_norm", "argwhere": "nonzero", "flatnonzero": "nonzero",
    "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "equal": "eq", "not_equal": "ne",
}  # fmt: skip
VIEWS = frozenset(
    (
        *(
            "view",
            "reshape",
            "expand",
            "expand_as",
            "view_as",
            "t",
            "transpose",
            "permute",
            "unsqueeze",
            "squeeze",
        ),
        *("flatten", "contiguous", "detach", "clone", "cpu", "cuda", "requires_grad_", "swapaxes", "movedim"),
        *(
            "type_as",
            "long",
            "int",
            "short",
            "byte",
            "bool",
            "copy",
            "to_numpy",
            "tolist",
            "roll",
            "real",
            "flip",
            "swapdims",
        ),
        *("repeat_interleave", "squeeze_", "unsqueeze_", "detach_"),
        *("diagonal", "narrow", "select", "repeat", "unflatten", "broadcast_to", "expand_dims", "numpy"),
        *(
            "triu",
            "tril",
            "rearrange",
            "ravel",
            "tile",
            "movedim",
            "moveaxis",
            "stop_gradient",
            "index_select",
        ),
        *("Variable", "stack", "cat", "concat", "concatenate", "vstack", "hstack"),
    )
)
VIEW_ATTRIBUTES = frozenset(("T", "mT", "data", "values", "real"))


class Names:
    """Imports of one module. `alias` maps a local name to what it stands for."""

    def __init__(self, tree: ast.Module) -> None:
        self.alias: dict[str, str] = {}
        self.stars: list[str] = []
        for node in reversed(list(statements(tree))):  # the outermost import of a name wins
            if isinstance(node, ast.Import):
                for a in node.names:
                    self.alias[a.asname or a.name.partition(".")[0]] = (
                        a.name if a.asname else a.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for a in node.names:
                    if a.name == "*":
                        self.stars.append(node.module)
                    else:
                        self.alias[a.asname or a.name] = f"{node.module}.{a.name}"

    @cached_property
    def has_torch(self) -> bool:
        """Whether methods are likely torch's: the file imports it, or nothing that has the same methods."""
        roots = {target.partition(".")[0] for target in (*self.alias.values(), *self.stars)}
        return "torch" in roots or not roots & {"numpy", "jax", "tensorflow", "cupy"}

    @cached_property
    def has_gradient(self) -> bool:
        """Whether gradients can matter here: not in a file that computes with numpy alone."""
        roots = {target.partition(".")[0] for target in (*self.alias.values(), *self.stars)}
        return not (roots & {"numpy", "cupy", "math"}) or bool(
            roots & {"torch", "jax", "tensorflow", "keras", "mlx"} or any("torch" in r for r in roots)
        )

    def qualified(self, node: ast.expr) -> str | None:
        """The dotted name that an expression stands for, if it starts at an import."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        base = self._root(root.id) if isinstance(root, ast.Name) else None
        if base is None or root is node:
            return base
        below: list[str] = []
        while isinstance(node, ast.Attribute):
            below.append(node.attr)
            node = node.value
        return ".".join((base, *reversed(below)))

    def _root(self, name: str) -> str | None:
        """What a plain name was imported as."""
        target = self.alias.get(name)
        if target is None and self.stars and (name in PARAMETERS or name in RENAMED):
            return next((f"{module}.{name}" for module in self.stars if module in _STARS), None)
        return target

    def local(self, qualified: str) -> str | None:
        """How this module writes a qualified name (`torch.nn.functional` as `F`), if it does."""
        for name, target in self.alias.items():
            if target == qualified:
                return name
        return None


def function_of(qualified: str) -> tuple[str, str] | None:
    """`(library, function)` of a qualified name: `torch.special.expit` is `("torch", "sigmoid")`."""
    module, _, name = qualified.rpartition(".")
    library = _PREFIXES.get(module)
    if library is None:
        return None
    return library, RENAMED.get(name, name)
