"""Sampling with transformers' generate: temperature 1, no filter, lengths forced to given numbers of new tokens."""

import time

import torch
import transformers

from models import ForcedLengths, llama
from peer import serve

state = {}


def prepare(shape, threads, folder):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = llama(shape) if folder is None else transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    state["model"] = model.eval()
    return {"version": transformers.__version__}


def sample(prompts, lengths):
    """Seconds to continue each prompt by its length."""
    tokens = torch.tensor(prompts)
    criteria = transformers.StoppingCriteriaList([ForcedLengths(tokens.shape[1], torch.tensor(lengths))])
    start = time.perf_counter()
    with torch.inference_mode():
        state["model"].generate(
            tokens, attention_mask=torch.ones_like(tokens), do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
            max_new_tokens=max(lengths), eos_token_id=None, pad_token_id=0, stopping_criteria=criteria,
        )
    return time.perf_counter() - start


serve({"prepare": prepare, "sample": sample})
