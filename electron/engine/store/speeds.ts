/** How fast runs went on which machine: what estimates are made of. */
import type { Selectable } from 'kysely'
import type { SpeedTable } from './schema.ts'
import { query, type Store } from './store.ts'

export type Speed = Selectable<SpeedTable>

export interface Speeds {
  /** The speed of just such runs, else of runs of the same model and kind, else null. */
  find(key: Pick<Speed, 'machine' | 'model' | 'kind' | 'shape'>): Speed | null
  /** Takes a finished run into the running mean of its kind; the newest counts for a third at least. */
  add(speed: Omit<Speed, 'runs'>): void
}

export function createSpeeds(store: Store): Speeds {
  const like = ({ machine, model, kind }: Pick<Speed, 'machine' | 'model' | 'kind'>) =>
    query
      .selectFrom('speeds')
      .selectAll()
      .where('machine', '=', machine)
      .where('model', '=', model)
      .where('kind', '=', kind)
  return {
    find: (key) =>
      store.first(like(key).where('shape', '=', key.shape)) ??
      store.first(like(key).orderBy('measured_at', 'desc').limit(1)) ??
      null,
    add(speed) {
      const before = store.first(like(speed).where('shape', '=', speed.shape))
      const weight = before ? Math.max(1 / 3, 1 / (before.runs + 1)) : 1
      const mean = (key: 'flops_per_second' | 'start_seconds' | 'checkpoint_bytes' | 'memory_bytes') =>
        (before?.[key] ?? 0) * (1 - weight) + speed[key] * weight
      const values = {
        ...speed,
        flops_per_second: mean('flops_per_second'),
        start_seconds: mean('start_seconds'),
        checkpoint_bytes: mean('checkpoint_bytes'),
        memory_bytes: Math.max(before?.memory_bytes ?? 0, speed.memory_bytes),
        runs: (before?.runs ?? 0) + 1,
      }
      store.run(query.replaceInto('speeds').values(values))
    },
  }
}
