/** Projections that may carry adapters, apart from the spec's schemas: the page reads it. */
export const loraTargets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
