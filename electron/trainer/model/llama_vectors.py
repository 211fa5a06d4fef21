"""Writes llama.vectors.json: what Hugging Face's Llama and PyTorch's AdamW make of small models with known weights.

    python llama_vectors.py        needs torch 2.13.0 and transformers 5.23.0 (bench/peers/requirements.txt)
"""

import json
import math
import pathlib

import torch
import transformers

CASES = {
    "grouped heads, untied": dict(heads=4, kvHeads=2, headSize=6, tied=False),
    "full heads, tied": dict(heads=4, kvHeads=4, headSize=6, tied=True),
}
COMMON = dict(vocabSize=17, width=24, layers=2, hidden=40, ropeBase=1000, normEps=1e-5, maxLength=32)
TOKENS = [[1, 5, 9, 2, 16, 3, 3, 8], [4, 0, 11, 7, 7, 2, 13, 6]]
SETTINGS = dict(learningRate=2e-3, beta1=0.9, beta2=0.95, eps=1e-8, weightDecay=0.1, clipNorm=0.5)
STEPS = 3


def known_weights(state):
    """sin(0.7 (k + 1) (i + 1)), scaled as a trained model's, for number i of tensor k in the order of the state."""
    known = {}
    for k, (name, tensor) in enumerate(state):
        scale = 1.0 if "norm" in name else 1.2 / math.sqrt(tensor.shape[-1])
        values = [math.sin(0.7 * (k + 1) * (i + 1)) * scale + ("norm" in name) for i in range(tensor.numel())]
        known[name] = torch.tensor(values, dtype=torch.float32).reshape(tensor.shape)
    return known


def model_of(shape):
    config = transformers.LlamaConfig(
        vocab_size=shape["vocabSize"], hidden_size=shape["width"], intermediate_size=shape["hidden"],
        num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"], num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headSize"], max_position_embeddings=shape["maxLength"], rms_norm_eps=shape["normEps"],
        tie_word_embeddings=shape["tied"], attention_bias=False, mlp_bias=False,
        rope_parameters={"rope_type": "default", "rope_theta": float(shape["ropeBase"])},
    )
    model = transformers.LlamaForCausalLM(config).float()
    known = known_weights(list(model.named_parameters()))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(known[name])
    return model


def case(shape):
    model = model_of(shape)
    tokens = torch.tensor(TOKENS)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=SETTINGS["learningRate"], betas=(SETTINGS["beta1"], SETTINGS["beta2"]),
        eps=SETTINGS["eps"], weight_decay=SETTINGS["weightDecay"], foreach=False,
    )
    with torch.no_grad():
        logp = torch.log_softmax(model(tokens).logits[:, :-1] / 0.7, -1)
        scored = logp.gather(-1, tokens[:, 1:, None])[..., 0]
    steps = []
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(model(tokens).logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clipNorm"])
        optimiser.step()
        sums = {name: [p.detach().double().sum().item(), (p.detach().double() ** 2).sum().item()] for name, p in model.named_parameters()}
        steps.append({"loss": loss.item(), "gradNorm": norm.item(), "sums": sums})
    first = {name: optimiser.state[p]["exp_avg"].flatten()[:4].tolist() for name, p in model.named_parameters()}
    second = {name: optimiser.state[p]["exp_avg_sq"].flatten()[:4].tolist() for name, p in model.named_parameters()}
    weights = {name: p.detach().flatten()[:4].tolist() for name, p in model.named_parameters()}
    return {"shape": shape, "scored": scored.flatten().tolist(), "steps": steps, "weights": weights, "first": first, "second": second}


torch.set_num_threads(1)
document = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "tokens": TOKENS,
    "temperature": 0.7,
    "settings": SETTINGS,
    "cases": {name: case({**COMMON, **own}) for name, own in CASES.items()},
}
path = pathlib.Path(__file__).with_name("llama.vectors.json")
path.write_text(json.dumps(document, indent=1) + "\n")
print(f"{path.name}: {len(document['cases'])} cases")
