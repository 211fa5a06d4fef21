"""Training steps in PyTorch: cross-entropy on every token, gradient clip 1, AdamW; eager, compiled, or autocast to bf16."""

import resource
import time

import torch
import torch.nn.functional as F

from peer import serve
from transformer import Transformer

state = {}


def prepare(shape, rows, width, threads, compiled, bf16):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = Transformer(shape)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.01, fused=True)
    tokens = torch.randint(0, shape["vocabSize"], (rows, width))
    run = torch.compile(model) if compiled else model

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            logits = run(tokens[:, :-1])
        loss = F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return loss.item()

    state["step"] = step
    return {"version": torch.__version__, "parameters": sum(weight.numel() for weight in model.parameters())}


def steps(count):
    """Milliseconds of each of `count` steps."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        state["step"]()
        times.append(1000 * (time.perf_counter() - start))
    return times


def peak():
    """Megabytes of the largest resident set so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


serve({"prepare": prepare, "steps": steps, "peak": peak})
