#!/usr/bin/python3
"""Reference vectors for Switchpoint's training objectives (own code, numpy only).

Run:  python3 objective_vectors.py
Writes objective.vectors.json beside it and prints compact tables.

Conventions: rows = rollouts (2 groups x 3 rows), columns = response tokens (T=4).
Per-token arrays hold log-probabilities; mask 1 = real response token.
Group statistics use the sample standard deviation (ddof=1), eps added to the std.
`grad_logp` is d(loss)/d(logp_new) by central differences, so autograd code can be checked.
"""
from pathlib import Path
import json
import math
import sys

import numpy as np

OUT = Path(__file__).resolve().parent / "objective.vectors.json"
L = np.log
T, LMAX = 4, 8          # LMAX: the constant "max response length" used by Dr.GRPO style sums

# ----------------------------------------------------------------- shared inputs
P_NEW = np.array([[0.65, 0.50, 0.20, 0.60],    # A0  on-policy
                  [0.21, 0.75, 0.40, 1.00],    # A1  on-policy
                  [0.05, 0.90, 0.30, 0.70],    # A2  on-policy (GRPO/DAPO) or demo / hybrid (mixed)
                  [0.44, 0.25, 1.00, 1.00],    # B0  on-policy
                  [0.30, 0.30, 0.60, 0.90],    # B1  on-policy
                  [0.10, 0.45, 0.80, 1.00]])   # B2  on-policy or demo / hybrid
P_OLD = np.array([[0.50, 0.40, 0.20, 0.80],
                  [0.30, 0.60, 0.10, 1.00],
                  [0.04, 0.90, 0.24, 0.70],
                  [0.40, 0.50, 1.00, 1.00],
                  [0.30, 0.24, 0.48, 0.90],
                  [0.10, 0.30, 0.80, 1.00]])
P_REF = np.array([[0.50, 0.50, 0.25, 0.75],
                  [0.30, 0.50, 0.20, 1.00],
                  [0.05, 0.80, 0.25, 0.70],
                  [0.40, 0.50, 1.00, 1.00],
                  [0.25, 0.25, 0.50, 0.90],
                  [0.20, 0.30, 0.80, 1.00]])
LENS = np.array([4, 3, 4, 2, 4, 3])
MASK = (np.arange(T)[None, :] < LENS[:, None]).astype(float)
ENT = np.array([[0.90, 1.10, 1.60, 0.80],      # per-token policy entropy (nats), given, detached
                [1.20, 0.70, 1.30, 0.00],
                [1.50, 0.40, 1.00, 0.60],
                [1.00, 1.40, 0.00, 0.00],
                [1.25, 1.15, 0.75, 0.35],
                [1.80, 0.95, 0.50, 0.00]])
GROUP = np.array([0, 0, 0, 1, 1, 1])
R_ON = np.array([1., 0., 0., 0., 0., 1.])      # all six rows on-policy
R_MIX = np.array([1., 0., 1., 0., 0., 1.])     # rows 2 and 5 are expert rows, reward 1
OFF_ROW = np.array([0, 0, 1, 0, 0, 1])
PREFIX_LEN = np.array([0, 0, 2, 0, 0, 2])      # hybrid rows: first 2 tokens come from the expert
LP_NEW, LP_OLD, LP_REF = L(P_NEW), L(P_OLD), L(P_REF)


# ----------------------------------------------------------------- building blocks
def mmean(x, m):
    return float((x * m).sum() / m.sum()) if m.sum() > 0 else 0.0


def group_adv(rewards, group, use_std, eps=1e-6, rows=None):
    """rows: boolean rows whose rewards define the baseline (default all)."""
    rows = np.ones(len(rewards), bool) if rows is None else rows
    adv = np.zeros(len(rewards))
    for g in np.unique(group):
        r = rewards[(group == g) & rows]
        mean, std = (r.mean(), r.std(ddof=1)) if len(r) > 1 else (0.0, 1.0)
        for i in np.where(group == g)[0]:
            adv[i] = (rewards[i] - mean) / (std + eps) if use_std else rewards[i] - mean
    return adv


def aggregate(x, m, how):
    if how == "token_mean":
        return (x * m).sum() / m.sum()
    if how == "seq_mean_token_mean":
        return ((x * m).sum(1) / m.sum(1)).mean()
    if how == "seq_mean_token_sum":
        return (x * m).sum(1).mean()
    if how == "sum_over_lmax":                 # verl/LUFFY/UPT: no division by the row count
        return (x * m).sum() / LMAX
    if how == "dr_grpo_constant":              # TRL/Dr.GRPO: rows * LMAX
        return (x * m).sum() / (x.shape[0] * LMAX)
    raise ValueError(how)


def clipped(logp, old, adv, lo, hi, dual=None):
    """PPO surrogate (to minimise) per token; returns loss, ratio, clip flags."""
    ratio = np.exp(logp - old)
    a = -adv * ratio
    b = -adv * np.clip(ratio, 1 - lo, 1 + hi)
    out = np.maximum(a, b)
    flag = (b > a).astype(float)
    flag_dual = np.zeros_like(a)
    if dual is not None:
        c = -adv * dual
        flag_dual = ((out > c) & (adv < 0)).astype(float)
        out = np.where(adv < 0, np.minimum(c, out), out)
    return out, ratio, flag, flag_dual


def k3(logp, ref):
    d = ref - logp
    return np.exp(d) - d - 1


def grad(f, lp):
    g = np.zeros_like(lp)
    h = 1e-6
    for idx in np.ndindex(lp.shape):
        if MASK.shape == lp.shape and MASK[idx] == 0:
            continue
        up, dn = lp.copy(), lp.copy()
        up[idx] += h
        dn[idx] -= h
        g[idx] = (f(up) - f(dn)) / (2 * h)
    return g


def r_(x, n=10):
    if isinstance(x, dict):
        return {k: r_(v, n) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [r_(v, n) for v in x]
    if isinstance(x, np.ndarray):
        return r_(x.tolist(), n)
    if isinstance(x, (np.floating, float)):
        v = round(float(x), n)
        return 0.0 if v == 0 else v
    if isinstance(x, (np.integer,)):
        return int(x)
    return x


CASES = []


def add(cid, objective, source, config, inputs, expected):
    # cases with a reward row per shared rollout read logp_new/logp_old/(logp_ref)/mask/entropy from `shared`
    shared = ["logp_new", "logp_old", "logp_ref", "mask", "entropy"] if "group" in inputs else []
    CASES.append(r_(dict(id=cid, objective=objective, source=source, uses_shared=shared, config=config,
                         inputs=inputs, expected=expected)))


# ----------------------------------------------------------------- SFT
def sft_cases():
    # two documents: prompt tokens masked; targets = response tokens incl. EOS
    p = np.array([[0.9, 0.5, 0.25, 0.8], [0.1, 0.6, 0.4, 0.5]])
    m = np.array([[0., 1., 1., 1.], [0., 0., 1., 0.]])
    lp = L(p)
    per_row = (-(lp) * m).sum(1) / m.sum(1)
    add("sft_token_mean", "sft", "verl fsdp_sft_trainer.py:_compute_loss_and_backward; RETU eq.10",
        dict(aggregation="token_mean"), dict(logp_new=lp, loss_mask=m),
        dict(loss=aggregate(-lp, m, "token_mean"), tokens=m.sum(), perplexity=math.exp(aggregate(-lp, m, "token_mean")),
             variants=dict(seq_mean_token_mean=per_row.mean(), seq_mean_token_sum=aggregate(-lp, m, "seq_mean_token_sum"),
                           mean_of_microbatch_token_means_mb1=per_row.mean()),
             grad_logp=-m / m.sum()))


# ----------------------------------------------------------------- GRPO / DAPO
def on_policy(cid, objective, source, rewards, use_std, how, lo=.2, hi=.2, dual=None, beta=0.0, ent_coef=0.0,
              extra_inputs=None, extra_expected=None):
    adv_row = group_adv(rewards, GROUP, use_std)
    adv = adv_row[:, None] * MASK

    def loss(lp):
        pg, *_ = clipped(lp, LP_OLD, adv, lo, hi, dual)
        tot = aggregate(pg + beta * k3(lp, LP_REF), MASK, how)
        return tot - ent_coef * mmean(ENT, MASK)      # entropy held constant here (given input)
    pg, ratio, flag, flag_dual = clipped(LP_NEW, LP_OLD, adv, lo, hi, dual)
    exp = dict(advantage_row=adv_row, ratio=ratio * MASK, pg_loss=aggregate(pg, MASK, how), loss=loss(LP_NEW),
               metrics=dict(clip_fraction=mmean(flag, MASK), clip_fraction_dual=mmean(flag_dual, MASK),
                            clip_low=mmean(((ratio < 1 - lo) & (adv < 0)).astype(float), MASK),
                            clip_high=mmean(((ratio > 1 + hi) & (adv > 0)).astype(float), MASK),
                            ppo_kl=mmean(LP_OLD - LP_NEW, MASK), ratio_mean=mmean(ratio, MASK),
                            ref_kl_k1=mmean(LP_NEW - LP_REF, MASK), ref_kl_k2=mmean(.5 * (LP_NEW - LP_REF) ** 2, MASK),
                            ref_kl_k3=mmean(k3(LP_NEW, LP_REF), MASK), entropy=mmean(ENT, MASK),
                            reward_mean=rewards.mean()),
               grad_logp=grad(loss, LP_NEW))
    exp.update(extra_expected or {})
    cfg = dict(advantage_std=use_std, advantage_eps=1e-6, std_ddof=1, aggregation=how, clip_low=lo, clip_high=hi,
               dual_clip=dual, kl_beta=beta, kl_estimator="k3", entropy_coef=ent_coef, l_max=LMAX)
    inp = dict(rewards=rewards, group=GROUP)
    inp.update(extra_inputs or {})
    add(cid, objective, source, cfg, inp, exp)


def dapo_overlong(lens, lmax, cache, factor=1.0):
    return np.minimum(-(lens - (lmax - cache)) / cache * factor, 0.0)


def grpo_dapo_cases():
    on_policy("grpo_retu", "grpo", "RETU tab.2 + verl compute_policy_loss_vanilla", R_ON, False, "token_mean", ent_coef=1e-3)
    on_policy("grpo_classic", "grpo", "DeepSeekMath eq.3 (seq-mean of token-means, k3 KL)", R_ON, True,
              "seq_mean_token_mean", beta=0.04)
    on_policy("grpo_dual_clip", "grpo", "verl clip_ratio_c=3 default", R_ON, True, "token_mean", dual=3.0)
    on_policy("dr_grpo_constant", "grpo", "TRL loss_type=dr_grpo", R_ON, False, "dr_grpo_constant")
    on_policy("dr_grpo_sum", "grpo", "verl seq-mean-token-sum-norm / LUFFY loss_remove_token_mean", R_ON, False, "sum_over_lmax")
    on_policy("dapo_retu_dc", "dapo", "RETU C.2.2 + dapo_qwen7b_sft889k_14080.sh", R_ON, True, "token_mean", .2, .28, 10.0)
    pen = dapo_overlong(LENS, 4, 2)
    on_policy("dapo_overlong", "dapo", "DAPO eq.13 + verl reward_manager/dapo.py", R_ON + pen, True, "token_mean", .2, .28, 10.0,
              extra_inputs=dict(accuracy=R_ON, response_len=LENS, overlong=dict(l_max=4, l_cache=2, factor=1.0)),
              extra_expected=dict(overlong_penalty=pen))
    # dynamic sampling: 3 generation rounds of 2 prompts, keep prompts with 0 < wins < G until 3 prompts are kept
    rounds = [[[1, 1, 1], [0, 1, 0]], [[0, 0, 0], [1, 0, 1]], [[0, 0, 1], [1, 1, 0]]]
    kept, used = [], 0
    for k, rd in enumerate(rounds, 1):
        used = k
        kept += [[k - 1, j] for j, w in enumerate(rd) if 0 < sum(w) < len(w)]
        if len(kept) >= 3:
            break
    add("dapo_dynamic_sampling", "dapo", "DAPO eq.11; dapo_ray_trainer.py:fit, filter_batch_on_win_rate",
        dict(train_prompts=3, gen_prompts=2, max_gen_batches=10, metric="accuracy"), dict(rounds=rounds),
        dict(kept=kept[:3], dropped_surplus=kept[3:], gen_batches=used, solve_all=1, solve_none=1))
    add("dapo_overlong_curve", "dapo", "DAPO eq.13", dict(l_max=20480, l_cache=4096, factor=1.0),
        dict(lengths=[16000, 16384, 16385, 18432, 20480]),
        dict(penalty=dapo_overlong(np.array([16000, 16384, 16385, 18432, 20480]), 20480, 4096)))


# ----------------------------------------------------------------- LUFFY
def shape(p, gamma):
    return p / (p + gamma) if gamma is not None else p


def luffy(cid, source, use_std=False, how="token_mean", gamma=0.1, clip=None):
    adv_row = group_adv(R_MIX, GROUP, use_std)
    off = OFF_ROW[:, None] * MASK
    on = MASK - off
    adv = adv_row[:, None] * MASK

    def tok(lp):
        r_on = np.exp(lp - LP_OLD)
        l_on = -adv * r_on if clip is None else clipped(lp, LP_OLD, adv, *clip)[0]
        l_off = -adv * shape(np.exp(lp), gamma)
        return np.where(off > 0, l_off, l_on)

    def loss(lp):
        return aggregate(tok(lp), MASK, how)
    t = tok(LP_NEW)
    ratio = np.where(off > 0, shape(P_NEW, gamma), np.exp(LP_NEW - LP_OLD)) * MASK
    flag = clipped(LP_NEW, LP_OLD, adv, *(clip or (.2, .2)))[2] if clip else np.zeros_like(t)
    add(cid, "luffy", source,
        dict(advantage_std=use_std, advantage_eps=1e-6, aggregation=how, gamma=gamma, on_policy_clip=clip, behaviour_prob=1.0, l_max=LMAX),
        dict(rewards=R_MIX, group=GROUP, off_policy_row=OFF_ROW),
        dict(advantage_row=adv_row, ratio=ratio, loss=loss(LP_NEW), on_pg_loss=mmean(t, on), off_pg_loss=mmean(t, off),
             metrics=dict(off_ratio_mean=mmean(ratio, off), off_policy_prob=mmean(P_NEW, off), on_policy_prob=mmean(P_OLD, on),
                          clip_fraction=mmean(flag, on), ppo_kl=mmean(LP_OLD - LP_NEW, MASK),
                          on_solved=R_MIX[OFF_ROW == 0].mean(), off_solved=R_MIX[OFF_ROW == 1].mean()),
             grad_logp=grad(loss, LP_NEW)))


# ----------------------------------------------------------------- SRFT
def srft(cid, source, gamma=0.1, how="token_mean", h_scope="sequence", use_std=False):
    adv_row = group_adv(R_MIX, GROUP, use_std)
    off = OFF_ROW[:, None] * MASK
    on = MASK - off
    h_row = (ENT * MASK).sum(1) / MASK.sum(1)
    if h_scope == "batch":
        h_row = np.full(6, mmean(ENT, MASK))
    w_sft, w_rl = .5 * np.exp(-h_row), .1 * np.exp(h_row)
    coef = np.where(R_MIX == 1, w_rl, -1.0)

    def parts(lp):
        sft = (-(w_sft[:, None]) * lp * off).sum() / off.sum()
        t = np.where(off > 0, -adv_row[:, None] * shape(np.exp(lp), gamma), -coef[:, None] * lp)
        return sft, t

    def loss(lp):
        sft, t = parts(lp)
        return sft + aggregate(t, MASK, how)
    sft, t = parts(LP_NEW)
    pos = on * (R_MIX == 1)[:, None]
    neg = on * (R_MIX != 1)[:, None]
    den = dict(token_mean=MASK.sum(), sum_over_lmax=LMAX)[how]
    add(cid, "srft", source,
        dict(gamma=gamma, aggregation=how, entropy_scope=h_scope, sft_scale=.5, rl_scale=.1, advantage_std=use_std,
             behaviour_prob=1.0, sft_aggregation="token_mean over expert tokens", l_max=LMAX),
        dict(rewards=R_MIX, group=GROUP, off_policy_row=OFF_ROW, entropy=ENT),
        dict(advantage_row=adv_row, entropy_row=h_row, w_sft_row=w_sft, w_rl_row=w_rl, on_coef_row=coef, loss=loss(LP_NEW),
             components=dict(sft=sft, off_policy=(t * off).sum() / den, on_positive=(t * pos).sum() / den, on_negative=(t * neg).sum() / den),
             metrics=dict(srft_H=h_row.mean(), srft_sft_coef=w_sft.mean(), srft_on_coef=w_rl.mean(), off_policy_prob=mmean(P_NEW, off)),
             grad_logp=grad(loss, LP_NEW)))


# ----------------------------------------------------------------- UPT / HPT
def upt(cid, source, gate_wins=0, sft_coef=1.0, how="token_mean", clip=None, rewards=(1., 0., 0., 0., 0., 0.)):
    """All six shared rows are on-policy; each prompt also owns one expert row of 3 tokens."""
    rew = np.array(rewards)
    demo_p = np.array([[0.20, 0.50, 0.40, 1.0], [0.10, 0.60, 0.30, 1.0]])
    demo_m = np.array([[1., 1., 1., 0.], [1., 1., 1., 0.]])
    perf = np.array([rew[GROUP == g].mean() for g in (0, 1)])
    wins = np.array([int(rew[GROUP == g].sum()) for g in (0, 1)])
    use_sft = wins <= gate_wins            # compare success counts, never float fractions
    keep = np.array([not use_sft[g] for g in GROUP])
    adv_row = np.where(keep, group_adv(rew, GROUP, False), 0.0)
    m_on = MASK * keep[:, None]
    m_off = demo_m * use_sft[:, None]

    def rl(lp):
        t = -adv_row[:, None] * np.exp(lp - LP_OLD) if clip is None else clipped(lp, LP_OLD, adv_row[:, None] * MASK, *clip)[0]
        if m_on.sum() == 0:
            return 0.0
        return (t * m_on).sum() / (m_on.sum() if how == "token_mean" else LMAX)

    def sft(dl):
        return 0.0 if m_off.sum() == 0 else (-dl * m_off).sum() / m_off.sum()
    total = rl(LP_NEW) + sft_coef * sft(L(demo_p))
    add(cid, "upt", source,
        dict(gate_wins=gate_wins, gate_fraction=gate_wins / 3, sft_coef=sft_coef, aggregation=how, on_policy_clip=clip, advantage_std=False, l_max=LMAX),
        dict(rewards=rew, group=GROUP, demo_logp_new=L(demo_p), demo_mask=demo_m),
        dict(performance=perf, wins=wins, route=["sft" if u else "rl" for u in use_sft], advantage_row=adv_row, ratio=np.exp(LP_NEW - LP_OLD) * m_on,
             rl_loss=rl(LP_NEW), sft_loss=sft(L(demo_p)), loss=total,
             metrics=dict(sft_prompt_fraction=use_sft.mean(), sft_row_fraction=use_sft.sum() / (use_sft.sum() + keep.sum()), solve_none=int((perf == 0).sum()),
                          solve_all=int((perf == 1).sum())),
             grad_logp=grad(rl, LP_NEW), grad_demo_logp=(-sft_coef * m_off / m_off.sum()) if m_off.sum() else 0 * m_off))


# ----------------------------------------------------------------- Prefix-RFT
def prefix(cid, source, baseline="group", keep=0.2, how="token_mean", clip_prefix=True, lo=.2, hi=.2, dual=3.0):
    pm = (np.arange(T)[None, :] < PREFIX_LEN[:, None]).astype(float) * MASK
    hyb = PREFIX_LEN > 0
    if baseline == "group":                    # paper: all rows of the prompt share one baseline
        a = group_adv(R_MIX, GROUP, False)
        adv = a[:, None] * MASK
    else:                                      # code dr_grpo_prefix: baseline = on-policy rows only
        base = np.array([R_MIX[(GROUP == g) & ~hyb].mean() for g in GROUP])
        cont = np.where(hyb, R_MIX, R_MIX - base)       # lone hybrid row: mean 0, so raw reward
        adv = np.where(pm > 0, (R_MIX - base)[:, None], cont[:, None]) * MASK
    flat = np.argwhere(pm > 0)
    ent = np.array([ENT[tuple(i)] for i in flat])
    order = np.argsort(ent, kind="stable")
    n_zero = int(len(flat) * (1 - keep) + 1e-9)
    zero = np.zeros_like(pm)
    for k in order[:n_zero]:
        zero[tuple(flat[k])] = 1.0
    adv = adv * (1 - zero)

    def tok(lp):
        c, *_ = clipped(lp, LP_OLD, adv, lo, hi, dual)
        return c if clip_prefix else np.where(pm > 0, -adv * np.exp(lp - LP_OLD), c)

    def loss(lp):
        return aggregate(tok(lp), MASK, how)
    t = tok(LP_NEW)
    _, ratio, flag, flag_dual = clipped(LP_NEW, LP_OLD, adv, lo, hi, dual)
    add(cid, "prefix_rft", source,
        dict(baseline=baseline, keep_ratio=keep, aggregation=how, clip_prefix=clip_prefix, clip_low=lo, clip_high=hi, dual_clip=dual, l_max=LMAX),
        dict(rewards=R_MIX, group=GROUP, prefix_len=PREFIX_LEN, entropy=ENT),
        dict(prefix_mask=pm, zeroed_prefix_tokens=zero, advantage_token=adv, ratio=ratio * MASK, loss=loss(LP_NEW),
             prefix_loss=mmean(t, pm), continuation_loss=mmean(t, MASK - pm),
             metrics=dict(num_prefix_tokens=pm.sum(), off_ratio=pm.sum() / MASK.sum(), prefix_kept=(pm.sum() - zero.sum()) / pm.sum(),
                          clip_fraction=mmean(flag, MASK), clip_fraction_dual=mmean(flag_dual, MASK),
                          entropy_response_only=mmean(ENT, MASK - pm), entropy_all=mmean(ENT, MASK)),
             grad_logp=grad(loss, LP_NEW)))


def low_bound(step, n, init=.95, target=.05):
    if step > n:
        return target
    return target + .5 * (1 + math.cos(math.pi * step / n)) * (init - target)


def prefix_schedule_case():
    steps = [0, 125, 250, 375, 500, 600]
    lows = [low_bound(s, 500) for s in steps]
    u = [0.5, 0.0, 1.0, 0.25, 0.5, 0.75]
    ratios = [lo + (0.95 - lo) * x for lo, x in zip(lows, u)]
    demo, minlen = 40, 4
    lens = [min(max(int(q * demo), minlen), demo - 1) for q in ratios]
    add("prefix_schedule", "prefix_rft", "scheduler/global_step.py CosineDecayController+BetaSampler; rl_dataset.py:_get_prefix",
        dict(high=.95, low_init=.95, low_target=.05, n_steps=500, min_prefix_len=minlen), dict(steps=steps, uniform=u, demo_len=demo),
        dict(low=lows, ratio=ratios, prefix_len=lens))


# ----------------------------------------------------------------- odds and ends
def pass_at_k(n, c, k):
    if n - c < k:
        return 1.0
    return 1.0 - float(np.prod([1 - k / i for i in range(n - c + 1, n + 1)]))


def misc_cases():
    tab = [(8, 0, 1), (8, 1, 1), (8, 2, 4), (8, 3, 4), (16, 5, 8), (16, 9, 8)]
    for n, c, k in tab:
        brute = 1 - math.comb(n - c, k) / math.comb(n, k) if n - c >= k else 1.0
        assert abs(brute - pass_at_k(n, c, k)) < 1e-12
    add("pass_at_k", "evaluation", "Chen et al. 2021 (HumanEval) unbiased estimator", {}, dict(n_c_k=tab),
        dict(value=[pass_at_k(*t) for t in tab]))
    wins = np.array([[1, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    add("avg_at_k", "evaluation", "mean over samples, then problems", dict(k=4), dict(correct=wins),
        dict(per_problem=wins.mean(1), avg_at_4=wins.mean(), pass_at_4=(wins.sum(1) > 0).mean(),
             standard_error=wins.mean(1).std(ddof=1) / math.sqrt(3)))
    z = np.array([2.0, 1.0, 0.0, -1.0])
    ls, en = [], []
    for temp in (1.0, 0.7):
        y = z / temp
        lse = y.max() + math.log(np.exp(y - y.max()).sum())
        lp = y - lse
        ls.append(lp)
        en.append(float(-(np.exp(lp) * lp).sum()))
    add("log_softmax_temperature", "shared", "verl dp_actor: logits divided by rollout temperature before log-softmax/entropy",
        dict(temperatures=[1.0, 0.7]), dict(logits=z), dict(logp=ls, entropy=en))
    add("kl_estimators", "shared", "Schulman: k1, k2, k3", {}, dict(logp_new=L([.65, .21, .05]), logp_ref=L([.5, .3, .05])),
        dict(k1=L(np.array([.65, .21, .05]) / np.array([.5, .3, .05])), k2=.5 * L(np.array([.65, .21, .05]) / np.array([.5, .3, .05])) ** 2,
             k3=k3(L(np.array([.65, .21, .05])), L(np.array([.5, .3, .05])))))
    # one group of 8 rewards under the advantage variants (row 7 = expert in the mixed methods)
    r8 = np.array([1., 0., 0., 1., 0., 0., 0., 1.])
    g8 = np.zeros(8, int)
    add("group_advantage_modes", "shared", "verl compute_grpo_outcome_advantage; LUFFY grpo_split; TRL eps 1e-4", {}, dict(rewards=r8, expert_row=7),
        dict(mean_only=group_adv(r8, g8, False), std_eps_1e6=group_adv(r8, g8, True), std_eps_1e4=group_adv(r8, g8, True, 1e-4),
             split_mean_only=group_adv(r8, g8, False, rows=np.arange(8) != 7), all_equal=group_adv(np.ones(8), g8, True)))
    # end to end: logits -> temperature -> log-softmax -> clipped GRPO + entropy bonus; one group, 2 rows, 2 tokens, vocab 3
    zl = np.array([[[1.0, 0.2, -0.5], [0.0, 0.5, 0.3]], [[-0.4, 0.9, 0.1], [0.6, -0.2, 0.0]]])
    ids = np.array([[0, 1], [1, 2]])
    oldl = L(np.array([[0.50, 0.45], [0.60, 0.30]]))
    rew, temp, ec = np.array([1.0, 0.0]), 0.7, 0.01
    advl = group_adv(rew, np.zeros(2, int), False)[:, None] * np.ones((2, 2))

    def e2e(z):
        y = z / temp
        lp = y - (y.max(-1, keepdims=True) + L(np.exp(y - y.max(-1, keepdims=True)).sum(-1, keepdims=True)))
        sel = np.take_along_axis(lp, ids[..., None], -1)[..., 0]
        en = -(np.exp(lp) * lp).sum(-1)
        return clipped(sel, oldl, advl, .2, .2)[0].mean() - ec * en.mean(), sel, en
    gz = np.zeros_like(zl)
    for i in np.ndindex(zl.shape):
        u, d = zl.copy(), zl.copy()
        u[i] += 1e-6
        d[i] -= 1e-6
        gz[i] = (e2e(u)[0] - e2e(d)[0]) / 2e-6
    tot, sel, en = e2e(zl)
    add("grpo_logits_end_to_end", "grpo", "own composition of the pieces above", dict(temperature=temp, entropy_coef=ec, clip_low=.2, clip_high=.2,
        aggregation="token_mean", advantage_std=False), dict(logits=zl, token_ids=ids, logp_old=oldl, rewards=rew),
        dict(logp_new=sel, ratio=np.exp(sel - oldl), entropy=en, loss=tot, grad_logits=gz))
    # AdamW, decoupled decay, torch order: decay first, then the adaptive step
    w, m, v, tr = 1.0, 0.0, 0.0, []
    for t, g in enumerate([0.5, -0.25, 0.1], 1):
        lr, b1, b2, eps, wd = 1e-3, .9, .999, 1e-8, .01
        w *= 1 - lr * wd
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        w -= lr * (m / (1 - b1 ** t)) / (math.sqrt(v / (1 - b2 ** t)) + eps)
        tr.append(w)
    add("adamw_three_steps", "optimizer", "torch.optim.AdamW semantics", dict(lr=1e-3, beta1=.9, beta2=.999, eps=1e-8, weight_decay=.01),
        dict(w0=1.0, grads=[.5, -.25, .1]), dict(w=tr))

    def cosine(step, warm, total, lr=1e-5, floor=0.0):
        if step < warm:
            return lr * (floor + (1 - floor) * step / max(1, warm))
        pr = (step - warm) / max(1, total - warm)
        return lr * max(floor, math.cos(math.pi * pr) * (1 - floor) * .5 + (1 + floor) * .5)
    st = [0, 5, 10, 55, 100]
    add("lr_cosine_warmup", "optimizer", "verl torch_functional.get_cosine_schedule_with_warmup", dict(lr=1e-5, warmup=10, total=100),
        dict(steps=st), dict(lr=[cosine(s, 10, 100) * 1e5 for s in st], unit="1e-5"))
    g = np.array([3.0, 4.0, 12.0])
    add("grad_clip", "optimizer", "global L2 norm clip, torch adds 1e-6 to the norm", dict(max_norm=1.0), dict(grad=g),
        dict(norm=13.0, clipped=g * min(1.0, 1.0 / (13.0 + 1e-6))))


def main():
    sft_cases()
    grpo_dapo_cases()
    luffy("luffy_default", "LUFFY eq.6 without clips; RETU eq.13-14; UPT train_luffy.sh")
    luffy("luffy_sum_lmax", "LUFFY/UPT code: loss_remove_token_mean=True", how="sum_over_lmax")
    luffy("luffy_std_clip", "LUFFY eq.4-6 literally (std and on-policy clip)", use_std=True, clip=(.2, .2))
    luffy("luffy_no_shaping", "ablation: f(x)=x", gamma=None)
    srft("srft_default", "RETU eq.16; UPT mix_actor.py offline_loss_type=srft (token-mean)")
    srft("srft_upt_code", "UPT code normalisation: pg sum/L_max, sft token-mean", how="sum_over_lmax")
    srft("srft_paper", "SRFT eq.7-13: no shaping, std advantage, batch entropy", gamma=None, h_scope="batch", use_std=True)
    upt("upt_default", "UPT eq.10-13, gate 0; train.sh (no clip)")
    upt("upt_sum_lmax", "UPT code normalisation: RL sum/L_max + SFT token-mean", how="sum_over_lmax")
    upt("upt_clip", "UPT eq.11 with clip 0.2", clip=(.2, .2))
    upt("upt_gate_high", "gate of 1 win sends both prompts to SFT; coef 0.3 (train.sh note for 1.5B)", gate_wins=1, sft_coef=0.3)
    prefix("prefix_default", "RETU eq.19 + C.2.1; paper: joint group baseline, top-20% entropy")
    prefix("prefix_split_baseline", "prefix_rft core_algos.compute_dr_grpo_prefix_outcome_advantage", baseline="split")
    prefix("prefix_dr_grpo_half", "loss_agg_mode=dr_grpo, keep 50%, enable_clip=False", keep=.5, how="sum_over_lmax", clip_prefix=False)
    prefix("prefix_half_clipped", "keep 50%, same clip on prefix tokens", keep=.5)
    prefix_schedule_case()
    misc_cases()
    doc = dict(schema=1, note="own reference values, written by objective_vectors.py (numpy only): python3 objective_vectors.py; rows 0-2 group A, 3-5 group B; natural logs; ddof=1",
               shared=r_(dict(logp_new=LP_NEW, logp_old=LP_OLD, logp_ref=LP_REF, prob_new=P_NEW, prob_old=P_OLD, prob_ref=P_REF,
                              mask=MASK, lengths=LENS, entropy=ENT, group=GROUP, l_max=LMAX)),
               tolerance=1e-6, cases=CASES)
    with open(OUT, "w") as f:
        json.dump(doc, f, indent=1)
        f.write("\n")
    for c in CASES:
        e = c["expected"]
        if "loss" in e:
            print(f"{c['id']:24s} loss={e['loss']:+.6f}  " + "  ".join(
                f"{k}={v:+.6f}" for k, v in {**e.get("components", {}), **{k: e[k] for k in
                ("pg_loss", "rl_loss", "sft_loss", "on_pg_loss", "off_pg_loss", "prefix_loss", "continuation_loss") if k in e}}.items()))
            if "advantage_row" in e:
                print("   A:", " ".join(f"{x:+.6f}" for x in e["advantage_row"]))
            for k, v in e.get("metrics", {}).items():
                print(f"     {k}={v:.6f}", end="")
            print()
        else:
            print(f"{c['id']:24s}", json.dumps(e)[:400])
    print(len(CASES), "cases ->", OUT, file=sys.stderr)


if __name__ == "__main__":
    main()
