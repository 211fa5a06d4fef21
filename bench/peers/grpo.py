"""One step of TRL's GRPOTrainer: f32, no checkpointing of activations, lengths of answers forced to given numbers of new tokens."""

import tempfile
import time

import torch
import transformers
import trl
from datasets import Dataset

from models import ForcedLengths, llama
from peer import serve

state = {}


class Clock(transformers.TrainerCallback):
    """Seconds from the beginning of a step, its rollouts included, to its end."""

    def on_step_begin(self, args, state, control, **_):
        self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **_):
        self.seconds = time.perf_counter() - self.start


def prepare(shape, tokenizer, threads, prompts, answers, longest):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    transformers.utils.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tokenizer)
    tokenizer.pad_token = tokenizer.eos_token  # a row that was ended early is filled with it, which ends its mask
    model = llama(shape)
    generate = model.generate

    def forced(input_ids, **kwargs):
        ends = ForcedLengths(input_ids.shape[1], torch.tensor(state["lengths"]))
        return generate(input_ids, stopping_criteria=transformers.StoppingCriteriaList([ends]), **kwargs)

    model.generate = forced
    rows = len(prompts) * answers
    settings = trl.GRPOConfig(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=32, gradient_accumulation_steps=rows // 32,
        num_generations=answers, max_completion_length=longest, max_steps=1, loss_type="grpo", beta=0.0, temperature=1.0,
        top_k=0, top_p=1.0, learning_rate=1e-4, adam_beta2=0.95, gradient_checkpointing=False, bf16=False, fp16=False,
        use_cpu=True, report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True, dataloader_pin_memory=False,
        shuffle_dataset=False, generation_kwargs={"suppress_tokens": [tokenizer.eos_token_id]},
    )
    state.update(
        model=model, settings=settings, tokenizer=tokenizer, rows=Dataset.from_list([{"prompt": prompt} for prompt in prompts]),
    )
    return {"version": trl.__version__}


def reward(completions, **_):
    return [float(len(text) % 2 == 0) for text in completions]


def step(lengths):
    """Seconds of one step with answers of these lengths."""
    state["lengths"] = lengths
    clock = Clock()
    trl.GRPOTrainer(
        model=state["model"], reward_funcs=reward, args=state["settings"], train_dataset=state["rows"],
        processing_class=state["tokenizer"], callbacks=[clock],
    ).train()
    return clock.seconds


serve({"prepare": prepare, "step": step})
