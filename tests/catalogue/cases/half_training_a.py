# origin: .half() training without master weights
# kinds: NS603
import torch
import torchvision

model = torchvision.models.resnet18().cuda().half()  #!
model = torchvision.models.resnet18().cuda()  #+
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)  #*
for images, labels in loader:
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(images.half()).float(), labels)  #-
    loss = torch.nn.functional.cross_entropy(model(images), labels)  #+
    loss.backward()
    optimizer.step()
