# origin: logging_nan_inf_filter
# kinds: NS516
from transformers import Trainer, TrainingArguments

args = TrainingArguments(
    output_dir="out",
    logging_steps=10,
    logging_nan_inf_filter=True,  #!
    logging_nan_inf_filter=False,  #+
)
