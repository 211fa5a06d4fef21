"""Losses and gradients of our objectives by other code, for electron/trainer/objectives/parity.test.ts.

  npm run parity -- objectives        (makes the environment, runs this, writes parity.vectors.json)

SFT, GRPO, Dr. GRPO and DAPO by TRL's own trainers: their `_compute_loss` and `compute_loss` run as they are, on given
log-probabilities (GRPO) or a tiny random model's logits (SFT). LUFFY, SRFT, UPT and Prefix-RFT have no place in TRL: they are
written here once more from their papers, sample by sample in PyTorch, and differentiated by autograd.
"""
import json
import math
import os
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import datasets
import tokenizers
import torch
import transformers
import trl

torch.set_num_threads(1)
GROUPS, ROWS, T = 3, 4, 6
LMAX = 8


def table(seed, low, high):
    g = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(GROUPS * ROWS, T, generator=g, dtype=torch.float64)


def rounded(x):
    if torch.is_tensor(x):
        return rounded(x.tolist())
    if isinstance(x, list):
        return [rounded(v) for v in x]
    return round(x, 10) + 0.0 if isinstance(x, float) else x


# --- the rollouts: lengths, rewards and log-probabilities of 3 prompts with 4 answers each
LENGTHS = torch.tensor([6, 3, 4, 2, 5, 6, 1, 4, 3, 6, 2, 5])
MASK = (torch.arange(T)[None] < LENGTHS[:, None]).double()
REWARDS = torch.tensor([1.0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0], dtype=torch.float64)
NEW = torch.log(table(1, 0.05, 0.95))
OLD = NEW + table(2, -0.6, 0.6)
REF = torch.log(table(3, 0.05, 0.95))
ENTROPY = table(4, 0.05, 2.0)
GROUP = torch.arange(GROUPS).repeat_interleave(ROWS)


def advantages(rewards, std, eps):
    out = torch.zeros_like(rewards)
    for g in range(GROUPS):
        rows = GROUP == g
        r = rewards[rows]
        out[rows] = (r - r.mean()) / (r.std() + eps) if std else r - r.mean()
    return out


# --- TRL
def tokenizer():
    words = {w: i for i, w in enumerate(["<pad>", "<eos>", "a", "b", "c", "d", "e", "f"])}
    core = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="a"))
    core.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="<eos>")


def model():
    torch.manual_seed(0)
    config = transformers.LlamaConfig(vocab_size=8, hidden_size=16, intermediate_size=32, num_hidden_layers=1,
                                      num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=32,
                                      pad_token_id=0, eos_token_id=1, bos_token_id=None)
    return transformers.LlamaForCausalLM(config)


def trl_cases(folder):
    model_folder = os.path.join(folder, "model")  # TRL loads its reference model (beta > 0) from where the policy came
    model().save_pretrained(model_folder)
    tokenizer().save_pretrained(model_folder)
    prompts = datasets.Dataset.from_dict({"prompt": ["a b", "c d"] * 8})
    cases = []
    for name, settings, std in [
        ("trl_grpo", dict(loss_type="grpo", beta=0.04, use_bias_correction_kl=False), True),
        ("trl_grpo_kl_corrected", dict(loss_type="grpo", beta=0.04), True),
        ("trl_grpo_clip", dict(loss_type="grpo", beta=0.0, epsilon=0.1), True),
        ("trl_dr_grpo", dict(loss_type="dr_grpo", beta=0.0), False),
        ("trl_dapo", dict(loss_type="dapo", beta=0.0, epsilon=0.2, epsilon_high=0.28), True),
        ("trl_bnpo", dict(loss_type="bnpo", beta=0.0), True),
    ]:
        args = trl.GRPOConfig(output_dir=folder, per_device_train_batch_size=4, num_generations=4, max_completion_length=LMAX,
                              report_to=[], use_cpu=True, bf16=False, gradient_checkpointing=False, **settings)
        trainer = trl.GRPOTrainer(model=model_folder, reward_funcs=lambda completions, **_: [0.0] * len(completions), args=args,
                                  train_dataset=prompts, processing_class=tokenizer())
        trainer.current_gradient_accumulation_steps = 1
        logp = NEW.clone().requires_grad_(True)
        trainer._get_per_token_logps_and_entropies = lambda *a, **k: (logp, ENTROPY, None)
        adv = advantages(REWARDS, std, 1e-4)
        rows = GROUPS * ROWS
        inputs = dict(prompt_ids=torch.full((rows, 2), 2), prompt_mask=torch.ones(rows, 2, dtype=torch.long),
                      completion_ids=torch.full((rows, T), 3), completion_mask=MASK.long(), advantages=adv,
                      old_per_token_logps=OLD, ref_per_token_logps=REF,
                      num_items_in_batch=MASK.sum() * args.steps_per_generation)
        loss = trainer._compute_loss(trainer.model, inputs)
        loss.backward()
        cases.append(dict(id=name, by=f"trl {trl.__version__} GRPOTrainer._compute_loss", settings=settings, std=std, eps=1e-4,
                          advantages=adv, loss=loss.item(), gradient=logp.grad))
    return cases


def sft_case(folder):
    """SFTTrainer's own loss on prompt-completion pairs, with its gradient on the log-probabilities it takes."""
    args = trl.SFTConfig(output_dir=folder, per_device_train_batch_size=2, report_to=[], use_cpu=True, bf16=False,
                         gradient_checkpointing=False, packing=False, completion_only_loss=True, max_length=32)
    pairs = datasets.Dataset.from_dict({"prompt": ["a b c ", "d "], "completion": ["d e f", "a b"]})
    lm = model()
    trainer = trl.SFTTrainer(model=lm, args=args, train_dataset=pairs, processing_class=tokenizer())
    batch = next(iter(trainer.get_train_dataloader()))
    kept = {}

    def keep(_, __, output):
        output.log_probs.retain_grad()
        kept.update(logp=output.log_probs, mask=output.label_mask)

    lm.train()
    handle = lm.register_forward_hook(keep)
    labels = batch["labels"]
    loss = trainer.compute_loss(lm, dict(batch), num_items_in_batch=(labels[:, 1:] != -100).sum())
    loss.backward()
    handle.remove()
    return dict(id="trl_sft", by=f"trl {trl.__version__} SFTTrainer.compute_loss", labels=labels,
                logp=kept["logp"].detach().double(), mask=kept["mask"].long(), loss=loss.item(),
                gradient=kept["logp"].grad.double())


# --- from the papers, sample by sample
def clip(x, low, high):
    return torch.clamp(x, 1 - low, 1 + high)


def tokens(row):
    return range(int(LENGTHS[row]))


def token_count(rows):
    return sum(int(LENGTHS[r]) for r in rows)


EXPERT = {3: 0, 7: 1, 11: 2}  # the last row of each group is the expert's, reward 1


def mixed_rewards():
    r = REWARDS.clone()
    for row in EXPERT:
        r[row] = 1.0
    return r


def luffy(logp, entropy):
    """eq. 5-8 without clip and without SD, over all tokens; entropy bonus 0.001."""
    adv = advantages(mixed_rewards(), False, 0)
    total = 0.0
    for row in range(GROUPS * ROWS):
        for t in tokens(row):
            if row in EXPERT:
                p = logp[row, t].exp()
                total = total - adv[row] * p / (p + 0.1)
            else:
                total = total - adv[row] * (logp[row, t] - OLD[row, t]).exp()
    count = token_count(range(GROUPS * ROWS))
    bonus = sum(entropy[row, t] for row in range(GROUPS * ROWS) for t in tokens(row)) / count
    return total / count - 0.001 * bonus


def srft(logp, entropy):
    """eq. 5-13: weights from each row's mean entropy, detached; shaped expert term; wrong answers pushed down."""
    rewards = mixed_rewards()
    adv = advantages(rewards, False, 0)
    everyone = range(GROUPS * ROWS)
    count, expert_count = token_count(everyone), token_count(EXPERT)
    loss = 0.0
    for row in everyone:
        h = sum(entropy[row, t] for t in tokens(row)).detach() / int(LENGTHS[row])
        for t in tokens(row):
            lp = logp[row, t]
            if row in EXPERT:
                p = lp.exp()
                loss = loss + 0.5 * torch.exp(-h) * (-lp) / expert_count - adv[row] * p / (p + 0.1) / count
            elif rewards[row] == 1:
                loss = loss - 0.1 * torch.exp(h) * lp / count
            else:
                loss = loss + lp / count
    return loss - 0.001 * sum(entropy[row, t] for row in everyone for t in tokens(row)) / count


def upt(logp, entropy):
    """eq. 7-13 with gate 1: groups of at most one right answer imitate their expert (the group's last row), others do RL."""
    wins = [int(REWARDS[GROUP == g].sum()) for g in range(GROUPS)]
    adv = advantages(REWARDS, False, 0)
    rl_rows = [r for r in range(GROUPS * ROWS) if wins[int(GROUP[r])] > 1]
    sft_rows = [g * ROWS + ROWS - 1 for g in range(GROUPS) if wins[g] <= 1]
    rl = sum(-adv[r] * (logp[r, t] - OLD[r, t]).exp() for r in rl_rows for t in tokens(r)) / max(1, token_count(rl_rows))
    sft = sum(-logp[r, t] for r in sft_rows for t in tokens(r)) / max(1, token_count(sft_rows))
    used = rl_rows + sft_rows
    return rl + sft - 0.001 * sum(entropy[r, t] for r in used for t in tokens(r)) / token_count(used)


PREFIX = {3: 1, 7: 3, 11: 4}  # hybrid rows: how many of their tokens are the expert's


def prefix_rft(logp, entropy):
    """eq. 19: one group mean; of all prefix tokens the 20 % of highest entropy keep their advantage; dual clip 3."""
    adv = advantages(mixed_rewards(), False, 0)
    prefix = [(r, t) for r, n in PREFIX.items() for t in range(n)]
    lowest = sorted(prefix, key=lambda place: float(entropy[place].detach()))[: int(0.8 * len(prefix) + 1e-9)]
    loss, responses = 0.0, []
    for row in range(GROUPS * ROWS):
        for t in tokens(row):
            a = torch.tensor(0.0, dtype=torch.float64) if (row, t) in lowest else adv[row]
            ratio = (logp[row, t] - OLD[row, t]).exp()
            term = torch.maximum(-a * ratio, -a * clip(ratio, 0.2, 0.2))
            if a < 0:
                term = torch.minimum(term, -a * 3.0)
            loss = loss + term
            if t >= PREFIX.get(row, 0):
                responses.append(entropy[row, t])
    return loss / token_count(range(GROUPS * ROWS)) - 0.001 * sum(responses) / len(responses)


def paper_cases():
    cases = []
    for name, loss_of in [("luffy", luffy), ("srft", srft), ("upt", upt), ("prefix_rft", prefix_rft)]:
        logp, entropy = NEW.clone().requires_grad_(True), ENTROPY.clone().requires_grad_(True)
        loss = loss_of(logp, entropy)
        loss.backward()
        cases.append(dict(id=name, by=f"our own, torch {torch.__version__}", loss=loss.item(), gradient=logp.grad,
                          entropy_gradient=entropy.grad))
    return cases


def main(out):
    with tempfile.TemporaryDirectory() as folder:
        cases = trl_cases(folder) + [sft_case(folder)] + paper_cases()
    document = dict(
        note="written by scripts/parity/objectives.py: npm run parity -- objectives",
        versions=dict(torch=torch.__version__, trl=trl.__version__, transformers=transformers.__version__),
        shared=dict(groups=GROUPS, rows=ROWS, lengths=LENGTHS, rewards=REWARDS, l_max=LMAX, logp_new=NEW, logp_old=OLD,
                    logp_ref=REF, entropy=ENTROPY, expert_rows=sorted(EXPERT), prefix={str(k): v for k, v in PREFIX.items()}),
        cases=cases)

    def plain(x):
        if isinstance(x, dict):
            return {k: plain(v) for k, v in x.items()}
        if isinstance(x, list):
            return [plain(v) for v in x]
        return rounded(x)

    with open(out, "w") as f:
        json.dump(plain(document), f, indent=1)
        f.write("\n")
    for case in cases:
        print(f"{case['id']:16s} {case['loss']:+.8f}   {case['by']}")


if __name__ == "__main__":
    main(sys.argv[1])
