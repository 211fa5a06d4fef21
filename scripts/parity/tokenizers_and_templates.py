"""Token ids and chat texts by Hugging Face's own libraries, for electron/tokenizers/hugging-face.test.ts.

  npm run parity -- tokenizers                  (makes the environment, runs this, writes parity.vectors.json)
  npm run parity -- tokenizers FOLDER           (prints the hash of a model folder's ids on the same texts)

Also trains, on GSM8K's training texts, the tokenizers that ship in resources/tokenizers (512 and 2,048 tokens, for the lab-3m and
lab-15m presets) and a small one of Llama 2's construction for the tests. Texts: $SWITCHPOINT_DATA/data/gsm8k/train.jsonl.
"""
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SWITCHPOINT_DATA", ROOT.parent / "shared")) / "data/gsm8k/train.jsonl"
# Qwen's and Llama 3's split: contractions, words with a leading sign, digits one by one, signs, line ends, spaces.
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TEMPLATES = {
    "chatml": CHATML,
    "default_system": (
        "{%- if messages[0]['role'] == 'system' -%}\n{%- set system = messages[0]['content'] -%}{%- set rest = messages[1:] -%}\n"
        "{%- else -%}{%- set system = 'You are a careful mathematician.' -%}{%- set rest = messages -%}{%- endif -%}\n"
        "{{- bos_token + '[SYS]' + system | trim + '[/SYS]' -}}\n"
        "{%- for message in rest -%}\n"
        "  {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}\n"
        "    {{- raise_exception('Roles must go user, assistant, user, ...') -}}\n  {%- endif -%}\n"
        "  {%- if message['role'] == 'user' -%}{{- '[INST] ' + message['content'] | trim + ' [/INST]' -}}\n"
        "  {%- else -%}{{- ' ' + message['content'] | trim + ' ' + eos_token -}}{%- endif -%}\n"
        "{%- endfor -%}"
    ),
    "macro_and_thinking": (
        "{%- macro turn(role, content) -%}<|{{ role }}|>\n{{ content }}{{ eos_token }}\n{%- endmacro -%}\n"
        "{%- if tools is defined and tools %}{{ turn('tools', tools | tojson) }}\n{% endif -%}\n"
        "{%- for m in messages %}\n"
        "  {%- set content = m.content.split('</think>')[-1].lstrip('\\n') if m.role == 'assistant' and not loop.last else m.content %}\n"
        "{{ turn(m.role | upper, content) }}\n"
        "{%- endfor %}\n"
        "{%- if add_generation_prompt %}\n<|ASSISTANT|>\n{%- if enable_thinking is defined and enable_thinking is false %}\n<think>\n\n</think>\n{% endif %}{% endif %}"
    ),
}
CONVERSATIONS = {
    "question": [{"role": "user", "content": "What is 2 + 2?"}],
    "with_system": [{"role": "system", "content": " Answer in one word. "}, {"role": "user", "content": "Zwei plus zwei? 二加二\n"}],
    "turns": [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "<think>hm</think>\nHello <b>&amp; \"you\"</b>"},
        {"role": "user", "content": "{{ not a variable }} {% nor this %}"},
    ],
}
VARIABLES = [{}, {"enable_thinking": False}, {"tools": [{"name": "add", "args": {"a": 1, "b": [True, None]}}]}]
STRINGS = [
    "", " ", "   ", "\n", "\n\n\n", "\t x", "a", " a", "a ", "Hello, world!", "It's Natalia's 48/2 = <<48/2=24>>24 clips.\n#### 72",
    "1234567890", "3.14159", "$1,200.50", "x^2 + y^2 = r^2", "\\frac{1}{2} \\sqrt{3}", "naïve café", "e\u0301 combining", "Zürich straße",
    "你好，世界", "日本語のテキスト", "한국어", "العربية", "עברית", "हिन्दी", "👋🏽 👨‍👩‍👧‍👦", "𝒳 math 𝔸", "a\u00a0b\u2009c\u200bd", "\u0000\u0001", "\ufeffBOM",
    "<|im_start|>user\nhi<|im_end|>", "<|endoftext|>", "<pad>", "don't can't WE'LL I'VE", "CamelCaseAndSNAKE_case", "...!!!???", "——", "  two  spaces  ",
    "line\r\nline", "tabs\t\t\tand  spaces", "A" * 300, "ab" * 200, "0" * 100, "\u2028\u2029", "½ ⅓ ² ³ Ⅳ",
]


def texts():
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    return [f"{row['question']}\n{row['answer']}" for row in rows]


def byte_level(corpus, size):
    t = tokenizers.Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    t.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return t, dict(eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token=None, chat_template=CHATML)


def llama_like(corpus, size):
    """Spaces as a letter, unknown characters as bytes: Llama 2's construction."""
    pieces = [f"<0x{b:02X}>" for b in range(256)]
    trained = tokenizers.Tokenizer(models.BPE())
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained.train_from_iterator(corpus[:3000], trainers.BpeTrainer(vocab_size=size, show_progress=False, limit_alphabet=120))
    core = json.loads(trained.to_str())["model"]
    vocab = {}
    for token in ["<unk>", "<s>", "</s>"] + pieces + [w for w, _ in sorted(core["vocab"].items(), key=lambda item: item[1])]:
        vocab.setdefault(token, len(vocab))
    t = tokenizers.Tokenizer(models.BPE(vocab=vocab, merges=[tuple(m) for m in core["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = trained.normalizer
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", vocab["<s>"])])
    t.add_special_tokens([AddedToken("<unk>", special=True), AddedToken("<s>", special=True), AddedToken("</s>", special=True)])
    return t, dict(eos_token={"content": "</s>", "lstrip": False}, bos_token="<s>", pad_token=None, chat_template=None)


def save(folder, tokenizer, config):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


def digest(ids_of_texts):
    """One hash over the ids of all texts, as little-endian 32-bit numbers with the count before each text."""
    h = hashlib.sha256()
    for ids in ids_of_texts:
        h.update(b"".join(i.to_bytes(4, "little") for i in [len(ids), *ids]))
    return h.hexdigest()


def vectors(folder, tokenizer, corpus):
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    return dict(
        folder=str(folder.relative_to(ROOT)), vocab_size=max(tokenizer.get_vocab().values()) + 1,
        strings=[dict(text=s, ids=encode(s), decoded=tokenizer.decode(encode(s), skip_special_tokens=True)) for s in STRINGS],
        texts=len(corpus), tokens=sum(len(encode(t)) for t in corpus), sha256=digest(encode(t) for t in corpus))


def chats():
    blank = tokenizers.Tokenizer(models.WordLevel({"<s>": 0, "</s>": 1}, unk_token="<s>"))
    cases = []
    for name, template in TEMPLATES.items():
        t = transformers.PreTrainedTokenizerFast(tokenizer_object=blank, bos_token="<s>", eos_token="</s>")
        for conversation, messages in CONVERSATIONS.items():
            for prompt in (False, True):
                for variables in VARIABLES:
                    try:
                        text = t.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=prompt, **variables)
                    except Exception:  # the template's own refusal
                        text = None
                    cases.append(dict(template=name, conversation=conversation, prompt=prompt, variables=variables, text=text))
    return cases


def main(out, folder=None):
    corpus = texts()
    if folder:
        t = tokenizers.Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        print(digest(t.encode(text, add_special_tokens=False).ids for text in corpus[:2000]))
        return
    made = []
    for where, (tokenizer, config) in {
        "resources/tokenizers/gsm8k-512": byte_level(corpus, 512),
        "resources/tokenizers/gsm8k-2048": byte_level(corpus, 2048),
        "electron/tokenizers/fixtures/llama-like": llama_like(corpus, 400),
    }.items():
        save(ROOT / where, tokenizer, config)
        made.append(vectors(ROOT / where, tokenizer, corpus[:2000]))
    document = dict(note="written by scripts/parity/tokenizers_and_templates.py: npm run parity -- tokenizers",
                    versions=dict(tokenizers=tokenizers.__version__, transformers=transformers.__version__),
                    tokenizers=made, templates=TEMPLATES, conversations=CONVERSATIONS, chats=chats())
    Path(out).write_text(json.dumps(document, indent=0, ensure_ascii=True) + "\n")
    for m in made:
        print(f"{m['folder']}: {m['vocab_size']} tokens, {m['tokens']} on {m['texts']} texts")


if __name__ == "__main__":
    main(*sys.argv[1:])
