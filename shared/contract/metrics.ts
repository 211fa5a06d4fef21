/**
 * The metric registry: every key a run may carry, with its unit and which direction is better. Views take titles and axes
 * from here, so a metric is named once. Keys follow the `group/name` habit of the field's trainers.
 */
export interface MetricInfo {
  readonly title: string
  /** Unit or what is counted, as it stands in an axis title or a chart's grey tail. */
  readonly unit: string
  readonly better: 'higher' | 'lower' | 'neither'
  /** Share (0..1) shown as percent. */
  readonly percent?: boolean
}

export const metricRegistry = {
  'train/loss': { title: 'Training loss', unit: 'nats a token', better: 'lower' },
  'val/loss': { title: 'Validation loss', unit: 'nats a token', better: 'lower' },
  'train/grad_norm': { title: 'Gradient norm', unit: 'before clipping', better: 'neither' },
  'train/lr': { title: 'Learning rate', unit: 'per step', better: 'neither' },
  'train/epoch': { title: 'Epochs', unit: 'passes over the subset', better: 'neither' },
  'train/padding_share': { title: 'Padding', unit: 'share of positions', better: 'lower', percent: true },
  'train/tokens_per_second': { title: 'Throughput', unit: 'tokens/s', better: 'higher' },
  'train/reward': { title: 'Reward', unit: 'mean of the rollouts', better: 'higher' },
  'train/reward_std': { title: 'Reward spread', unit: 'SD within groups', better: 'neither' },
  'train/pg_loss': { title: 'Policy loss', unit: 'surrogate', better: 'neither' },
  'train/entropy': { title: 'Entropy', unit: 'nats a token', better: 'neither' },
  'train/clip_ratio': { title: 'Clip ratio', unit: 'share of tokens', better: 'neither', percent: true },
  'train/kl': { title: 'KL to the rollout policy', unit: 'nats a token', better: 'neither' },
  'train/response_length': { title: 'Response length', unit: 'tokens', better: 'neither' },
  'train/truncated_share': { title: 'Truncated', unit: 'share of rollouts', better: 'lower', percent: true },
  'train/groups_none': { title: 'Groups none solved', unit: 'share of groups', better: 'lower', percent: true },
  'train/groups_all': { title: 'Groups all solved', unit: 'share of groups', better: 'neither', percent: true },
  'train/rollout_seconds': { title: 'Rollout time', unit: 's a step', better: 'lower' },
  'train/update_seconds': { title: 'Update time', unit: 's a step', better: 'lower' },
  'train/expert_loss': { title: 'Expert-token loss', unit: 'surrogate', better: 'neither' },
  'train/expert_prob': { title: 'Expert-token probability', unit: 'mean', better: 'neither' },
  'train/sft_row_share': { title: 'Rows routed to SFT', unit: 'share of prompts', better: 'neither', percent: true },
  'train/clip_ratio_high': { title: 'Clipped above', unit: 'share of tokens', better: 'neither', percent: true },
  'train/clip_ratio_low': { title: 'Clipped below', unit: 'share of tokens', better: 'neither', percent: true },
  'train/clip_ratio_dual': { title: 'Dual clip', unit: 'share of tokens', better: 'neither', percent: true },
  'train/ratio_mean': { title: 'Policy ratio', unit: 'mean of new over old', better: 'neither' },
  'train/groups_skipped': { title: 'Groups without signal', unit: 'share of groups', better: 'neither', percent: true },
  'train/prompts_kept_share': {
    title: 'Prompts kept',
    unit: 'share after dynamic sampling',
    better: 'neither',
    percent: true,
  },
  'train/sampling_rounds': { title: 'Sampling rounds', unit: 'rounds a step', better: 'lower' },
  'train/skipped_updates': { title: 'Skipped updates', unit: 'updates a step', better: 'lower' },
  'train/policy_loss': { title: 'On-policy loss', unit: 'surrogate', better: 'neither' },
  'train/policy_solved': { title: 'Rollouts solved', unit: 'share, own answers', better: 'higher', percent: true },
  'train/expert_solved': { title: 'Expert answers right', unit: 'share', better: 'higher', percent: true },
  'train/expert_weight': { title: 'Expert-token weight', unit: 'mean of p / (p + γ)', better: 'neither' },
  'train/prefix_share': { title: 'Expert prefix', unit: 'share of the trajectory', better: 'neither', percent: true },
  'train/prefix_kept': { title: 'Prefix tokens kept', unit: 'share by entropy', better: 'neither', percent: true },
  'train/prefix_loss': { title: 'Prefix loss', unit: 'surrogate', better: 'neither' },
  'train/continuation_loss': { title: 'Continuation loss', unit: 'surrogate', better: 'neither' },
  'train/hybrid_solved': { title: 'Hybrid rollouts solved', unit: 'share', better: 'higher', percent: true },
  'train/sft_prompt_share': {
    title: 'Prompts routed to SFT',
    unit: 'share of prompts',
    better: 'neither',
    percent: true,
  },
  'train/srft_entropy': { title: 'SRFT entropy', unit: 'nats a token', better: 'neither' },
  'train/srft_sft_coef': { title: 'SRFT weight of SFT', unit: '0.5 exp(-H)', better: 'neither' },
  'train/srft_rl_coef': { title: 'SRFT weight of right answers', unit: '0.1 exp(H)', better: 'neither' },
  'train/wrong_logp': { title: 'Log-probability of wrong answers', unit: 'least, nats', better: 'neither' },
  'eval/accuracy': { title: 'Accuracy', unit: 'avg@k at temperature 1, test prompts', better: 'higher', percent: true },
  'eval/greedy': { title: 'Greedy accuracy', unit: 'one greedy answer, test prompts', better: 'higher', percent: true },
  'eval/pass_at_k': { title: 'pass@k', unit: 'unbiased, test prompts', better: 'higher', percent: true },
  'eval/response_length': { title: 'Test response length', unit: 'tokens', better: 'neither' },
  'system/memory_bytes': { title: 'Memory', unit: 'bytes, resident', better: 'lower' },
} as const satisfies Record<string, MetricInfo>

export type MetricKey = keyof typeof metricRegistry

/** Keys that the registry names: what else stands under `eval/` is a benchmark of an imported run. */
export const isRegistered = (key: string): key is MetricKey => Object.hasOwn(metricRegistry, key)

/** Info for any key: unknown ones (imported runs, method-specific metrics) show under their own name. */
export const metricInfo = (key: string): MetricInfo => {
  if (isRegistered(key)) return metricRegistry[key]
  return key.startsWith('eval/')
    ? { title: key.slice('eval/'.length), unit: 'benchmark', better: 'higher', percent: true }
    : { title: key, unit: '', better: 'neither' }
}
