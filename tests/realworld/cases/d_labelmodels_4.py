# origin: https://github.com/BatsResearch/labelmodels/issues/4
# kinds: method explosion
import torch


class LabelModel(torch.nn.Module):
    def _do_estimate_label_model(self, batches, config):
        optimizer = torch.optim.SGD(self.parameters(), lr=config.step_size, momentum=config.momentum)
        for epoch in range(config.epochs):
            running_loss = 0.0
            for i, inputs in enumerate(batches):
                optimizer.zero_grad()
                log_likelihood = self(*inputs)
                loss = -1 * torch.mean(log_likelihood)
                loss += self._get_regularization_loss()
                loss.backward()
                optimizer.step()
                running_loss += loss  #!
                running_loss += loss.item()  #+
            print(epoch, running_loss / len(batches))
