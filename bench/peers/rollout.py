"""Sampling with transformers' generate: temperature 1, no filter, lengths forced to given numbers of new tokens."""

import time

import torch
import transformers

from peer import serve

state = {}


class ForcedLengths(transformers.StoppingCriteria):
    """Ends row i after lengths[i] new tokens."""

    def __init__(self, prompt, lengths):
        self.ends = prompt + torch.tensor(lengths)

    def __call__(self, input_ids, scores, **_):
        return input_ids.shape[1] >= self.ends


def prepare(shape, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=shape["vocabSize"], hidden_size=shape["width"], intermediate_size=shape["hidden"],
        num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"], num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headSize"], max_position_embeddings=shape["maxLength"], rms_norm_eps=shape["normEps"],
        tie_word_embeddings=shape["tied"], rope_parameters={"rope_type": "default", "rope_theta": float(shape["ropeBase"])},
    )
    state["model"] = transformers.LlamaForCausalLM(config).eval()
    return {"version": transformers.__version__}


def sample(prompts, lengths):
    """Seconds to continue each prompt by its length."""
    tokens = torch.tensor(prompts)
    criteria = transformers.StoppingCriteriaList([ForcedLengths(tokens.shape[1], lengths)])
    start = time.perf_counter()
    with torch.inference_mode():
        state["model"].generate(
            tokens, attention_mask=torch.ones_like(tokens), do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
            max_new_tokens=max(lengths), eos_token_id=None, pad_token_id=0, stopping_criteria=criteria,
        )
    return time.perf_counter() - start


serve({"prepare": prepare, "sample": sample})
