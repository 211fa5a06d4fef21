/**
 * The keys of other trainers in our names (shared/contract/metrics.ts). Only what means the same is renamed; the rest keeps
 * its own name, so that nothing is read for what it is not.
 */
const names: Readonly<Record<string, readonly string[]>> = {
  'train/reward': ['critic/score/mean', 'reward', 'reward/mean', 'rollout/reward_mean', 'critic/rewards/mean'],
  'train/reward_std': ['reward_std', 'group_reward_std', 'rollout/reward_std'],
  'train/pg_loss': ['actor/pg_loss', 'policy_loss'],
  'train/entropy': ['actor/entropy', 'entropy', 'entropy/mean', 'entropy/all/mean', 'actor/entropy_loss'],
  'train/kl': ['actor/ppo_kl', 'ppo_kl'],
  'train/clip_ratio': ['actor/pg_clipfrac', 'ppo_clip_ratio', 'clip_ratio/region_mean', 'clip_ratio'],
  'train/response_length': [
    ...['response_length/mean', 'completions/mean_length', 'completion_length'],
    ...['response_length', 'rollout/response_length_mean'],
  ],
  'train/truncated_share': [
    ...['response_length/clip_ratio', 'completions/clipped_ratio'],
    ...['response_clip_ratio', 'rollout/truncated_rate'],
  ],
  'train/groups_skipped': ['frac_reward_zero_std'],
  'train/grad_norm': ['actor/grad_norm', 'grad_norm', 'actor_grad_norm', 'optim/grad_norm'],
  'train/lr': ['actor/lr', 'learning_rate', 'lr', 'actor_lr', 'optim/lr'],
  'train/epoch': ['training/epoch', 'epoch'],
  'train/loss': ['train/loss', 'loss', 'gpt_loss', 'loss_mean', 'loss/mean'],
  'val/loss': ['val/loss', 'eval/loss', 'eval_loss', 'eval/eval gpt_loss'],
}
const ours = new Map(Object.entries(names).flatMap(([our, theirs]) => theirs.map((key) => [key, our])))

/** Our name of a trainer's key; null where there is none. TRL's and OpenRLHF's `train/` is no part of the name. */
export const ourKey = (key: string): string | null => ours.get(key) ?? ours.get(key.replace(/^train\//, '')) ?? null

/**
 * The data set of a validation accuracy: verl's `val-core/SET/acc/mean@N` (sets may hold slashes) and, with values that are
 * shares, `val/test_score/SET`; OpenRLHF's `eval/eval_SET_pass1`.
 */
export function accuracySet(key: string): string | null {
  const found =
    /^val-core\/(.+)\/acc\/mean@\d+$/.exec(key) ??
    /^val\/test_score\/(.+)$/.exec(key) ??
    /^eval\/eval_(.+)_pass1$/.exec(key)
  return found?.[1] ?? null
}

/** What a key says of tokens or time so far: a running total, or what one step took. */
export const axisKeys = {
  tokens: {
    total: ['num_tokens', 'train/num_tokens', 'train/global_tokens', 'progress/total_tokens'],
    step: ['perf/total_num_tokens'],
  },
  seconds: {
    total: ['elapsed_time'],
    step: ['timing_s/step', 'step_time', 'perf/time_per_step', 'train/timing/step_total'],
  },
} as const
