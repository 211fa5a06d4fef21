"""An epoch of TRL's SFTTrainer: f32, no checkpointing of activations, batches padded to their longest text."""

import tempfile
import time

import torch
import transformers
import trl
from datasets import Dataset

from models import llama
from peer import serve

state = {}


def prepare(shape, tokenizer, threads, batch):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    transformers.utils.logging.disable_progress_bar()
    state.update(shape=shape, batch=batch, tokenizer=transformers.AutoTokenizer.from_pretrained(tokenizer))
    if state["tokenizer"].pad_token is None:
        state["tokenizer"].pad_token = state["tokenizer"].eos_token
    return {"version": trl.__version__}


def epoch(texts):
    """Seconds from texts to the end of an epoch; the model is made before."""
    model = llama(state["shape"])
    settings = trl.SFTConfig(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=state["batch"], num_train_epochs=1, max_length=None,
        packing=False, learning_rate=1e-3, lr_scheduler_type="linear", adam_beta2=0.95, weight_decay=0.01,
        gradient_checkpointing=False, bf16=False, fp16=False, use_cpu=True, report_to=[], save_strategy="no",
        logging_strategy="no", disable_tqdm=True, dataloader_pin_memory=False,
    )
    start = time.perf_counter()
    rows = Dataset.from_list([{"prompt": text["prompt"], "completion": text["answer"]} for text in texts])
    trl.SFTTrainer(model=model, args=settings, train_dataset=rows, processing_class=state["tokenizer"]).train()
    return time.perf_counter() - start


serve({"prepare": prepare, "epoch": epoch})
