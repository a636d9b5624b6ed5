"""Programs for Lightning, Trainer and Accelerate: the step and line of a failure, no trace on healthy ones.

Written against lightning 2.6, transformers 5.24 and accelerate 1.15; one that is not installed is skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import bare, line_of, watched, write

pytestmark = pytest.mark.slow

LIGHTNING = """
    import logging, sys, warnings
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    import lightning as L
    import torch
    from torch.utils.data import DataLoader, TensorDataset


    class Distance(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Sequential(
                torch.nn.Linear(2, 8), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 1)
            )
            self.drop = torch.nn.Dropout(0.1)

        def training_step(self, batch, index):
            x, y = batch
            gap = (self.drop(self.net(x)) - y).pow(2).squeeze(1)
            length = x.mul(self.net[0].weight[0]).pow(2).sum(1)
            loss = (gap + 0.01 * torch.sqrt(length)).mean()  # BAD
            self.log("loss", loss)
            return loss

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=1e-2)


    torch.manual_seed(0)
    x = torch.rand(64, 2) + 0.1
    if "failing" in sys.argv:
        x[43] = 0.0
    loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8)
    model = Distance()
    trainer = L.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
                        enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(model, loader)
    print([p.detach().numpy().tobytes().hex() for p in model.state_dict().values()])
"""

TRAINER = """
    import logging, sys, warnings
    warnings.filterwarnings("ignore")
    import torch
    from torch.utils.data import Dataset
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed


    class Words(Dataset):
        def __init__(self, failing):
            g = torch.Generator().manual_seed(1)
            self.ids = torch.randint(5, 50, (48, 6), generator=g)
            self.weights = torch.rand(48, generator=g)
            if failing:
                self.weights[:] = self.weights.clone()
                self.weights[20:24] = 0.0

        def __len__(self):
            return 48

        def __getitem__(self, i):
            return {"input_ids": self.ids[i], "labels": self.ids[i, 0] % 2, "weight": self.weights[i]}


    class Weighted(Trainer):
        def compute_loss(self, model, inputs, return_outputs=False, **more):
            weight, labels = inputs.pop("weight"), inputs.pop("labels")
            outputs = model(**inputs)
            each = torch.nn.functional.cross_entropy(outputs.logits, labels, reduction="none")
            loss = (weight * each).sum() / weight.sum()  # BAD
            return (loss, outputs) if return_outputs else loss


    set_seed(0)
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=16, max_position_embeddings=16)
    model = BertForSequenceClassification(config)
    arguments = TrainingArguments("out", per_device_train_batch_size=4, num_train_epochs=1, logging_steps=2,
                                  save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=True,
                                  remove_unused_columns=False, train_sampling_strategy="sequential")
    trainer = Weighted(model=model, args=arguments, train_dataset=Words("failing" in sys.argv))
    trainer.train()
    print([p.detach().numpy().tobytes().hex() for p in model.parameters()])
"""

ACCELERATE = """
    import sys
    import torch
    from accelerate import Accelerator
    from accelerate.utils import set_seed
    from torch.utils.data import DataLoader, TensorDataset


    def entropy(logits):
        p = torch.softmax(logits, -1)
        return -(p * torch.log(p)).sum(-1).mean()  # BAD


    def main():
        set_seed(0)
        accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
        x = torch.randn(48, 4)
        if "failing" in sys.argv:
            x[29] *= 1e4
        model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
        loader = DataLoader(TensorDataset(x, torch.arange(48) % 3), batch_size=4)
        model, optimizer, loader, schedule = accelerator.prepare(model, optimizer, loader, schedule)
        for inputs, labels in loader:
            with accelerator.accumulate(model):
                logits = model(inputs)
                loss = torch.nn.functional.cross_entropy(logits, labels) - 0.01 * entropy(logits)
                accelerator.backward(loss)
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
        print([p.detach().numpy().tobytes().hex() for p in model.parameters()])


    main()
"""

PROGRAMS = [
    ("lightning", LIGHTNING, 5, [43]),
    ("transformers", TRAINER, 5, []),
    ("accelerate", ACCELERATE, 3, [29]),
]


@pytest.mark.parametrize(("name", "text", "step", "samples"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_failing(tmp_path: Path, name: str, text: str, step: int, samples: list[int]) -> None:
    pytest.importorskip(name)
    path = write(tmp_path, text)
    seen = watched(tmp_path, "train.py", "failing", quiet=False)
    assert seen.status == 3, seen.err
    assert seen.report is not None and seen.report["failed_step"] == step
    assert (seen.finding["file"], seen.finding["line"]) == ("train.py", line_of(path, "# BAD")), seen.err
    assert seen.finding["severity"] == "error"
    if samples:
        assert seen.finding["samples"] == samples
    assert seen.finding["proof"][0]["outcome"] == "nonfinite", seen.err


@pytest.mark.parametrize(("name", "text"), [p[:2] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
def test_healthy_twin(tmp_path: Path, name: str, text: str) -> None:
    pytest.importorskip(name)
    write(tmp_path, text)
    plain, seen = bare(tmp_path, "train.py"), watched(tmp_path, "train.py")
    assert (seen.status, weights(seen.out)) == (plain.status, weights(plain.out)), seen.err
    assert seen.report is not None and seen.report["status"] == "healthy" and seen.report["findings"] == []
    assert "numsan" not in seen.err


def weights(out: str) -> str:
    """The last line of the output; speeds that a framework prints before it differ from run to run."""
    return out.splitlines()[-1]
