"""Experiment trackers: what is run again in place must not be logged again.

The names are those of wandb 0.31, mlflow 3.17, comet_ml 3.58, neptune 1.14, clearml 2.1, aim 3.29, swanlab 0.10,
trackio 0.43, tensorboardX 2.6 and torch 2.13. A copy of the program is told by its environment, before it imports them.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Generator
from typing import Any

_SILENT = {"WANDB_MODE": "disabled", "COMET_MODE": "disabled", "MLFLOW_TRACKING_URI": "file:///dev/null/mlruns",
           "CLEARML_OFFLINE_MODE": "1", "NEPTUNE_MODE": "debug", "AIM_DISABLED": "1", "TRACKIO_DISABLED": "1"}  # fmt: skip
_WRITES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("wandb", "", ("log", "save", "alert", "log_artifact", "finish")),
    ("wandb.sdk.wandb_run", "Run", ("log", "save", "alert", "log_artifact", "finish")),
    ("mlflow.tracking.client", "MlflowClient", (
        "log_metric", "log_batch", "log_param", "log_artifact", "log_artifacts", "log_text", "log_dict", "log_figure",
        "log_image", "set_tag")),
    ("comet_ml.experiment", "CometExperiment", (
        "log_metric", "log_metrics", "log_parameter", "log_parameters", "log_image", "log_asset", "log_other")),
    ("neptune.handler", "Handler", ("append", "extend", "log", "assign", "upload", "upload_files")),
    ("clearml.logger", "Logger", (
        "report_scalar", "report_text", "report_histogram", "report_image", "report_media", "report_single_value")),
    ("aim.sdk.run", "Run", ("track",)),
    ("swanlab", "", ("log",)),
    ("trackio", "", ("log", "log_artifact")),
    ("torch.utils.tensorboard.writer", "FileWriter", ("add_event", "flush")),
    ("tensorboardX.writer", "FileWriter", ("add_event", "flush")),
)  # fmt: skip


def silence_copies() -> None:
    os.environ.update(_SILENT)


@contextlib.contextmanager
def muted() -> Generator[None]:
    """The trackers that this process has imported take nothing down."""
    before: list[tuple[Any, str, Any]] = []
    for module, owner, names in _WRITES:
        found: Any = sys.modules.get(module)
        found = getattr(found, owner, None) if owner else found
        known: dict[str, Any] = getattr(found, "__dict__", {})
        before += [(found, name, known[name]) for name in names if callable(known.get(name))]
    for owner, name, original in before:
        setattr(owner, name, _nothing(original))
    try:
        yield
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)


def _nothing(original: Any) -> Any:
    @functools.wraps(original, updated=())
    def muted(*_: Any, **__: Any) -> None:
        return None

    return muted
