# origin: https://github.com/awslabs/graphstorm/issues/1366
# kinds: explosion
import torch as th


class GSgnnNodePredictionTrainer:
    def __init__(self, model, evaluator=None):
        self._model = model
        self._evaluator = evaluator
        self._optimizer = model.create_optimizer()

    @property
    def optimizer(self):
        return self._optimizer

    def fit(self, train_loader, num_epochs, max_grad_norm=None, grad_norm_type=2.0):
        model = self._model
        for epoch in range(num_epochs):
            model.train()
            for i, (blocks, feats, labels) in enumerate(train_loader):
                loss = model(blocks, feats, labels)
                self.optimizer.zero_grad()
                loss.backward()
                if max_grad_norm is not None:  #+
                    th.nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm, grad_norm_type)  #+
                self.optimizer.step()
                if max_grad_norm is not None:  #-
                    th.nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm, grad_norm_type)  #!
