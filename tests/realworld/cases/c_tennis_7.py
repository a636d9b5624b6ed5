# origin: https://github.com/yastrebksv/TennisCourtDetector/issues/7
# kinds: explosion method
import torch


def train(model, train_loader, optimizer, criterion, device, epoch, max_iters=1000):
    model.train()
    losses = []
    for iter_id, batch in enumerate(train_loader):
        batch_size = batch[0].shape[0]
        out = model(batch[0].float().to(device))
        gt_hm = batch[1].float().to(device)
        loss = criterion(torch.sigmoid(out), gt_hm)
        optimizer.zero_grad()  #+
        loss.backward()  #*
        optimizer.step()  #*
        losses.append(loss.item())
        print("train, epoch = {}, loss = {}, batch = {}".format(epoch, loss.item(), batch_size))
        if iter_id > max_iters:
            break
    return losses
