# origin: anomaly detection left on
# kinds: NS507
from pytorch_lightning import Trainer

trainer = Trainer(max_epochs=3, detect_anomaly=True)  #!
trainer = Trainer(max_epochs=3)  #+
