/**
 * The beginning of every store that mirrors a list of the engine's: loaded at once, again with each notice of its kind, and
 * found by id. What else a store knows it works out from `all`.
 */
import { computed, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { useEngine, type Engine } from '../rpc/engine.ts'
import type { NoticeKind } from '../rpc/notices.ts'
import { mirror } from './mirror.ts'

export interface MirroredList<T> {
  readonly all: ShallowRef<readonly T[]>
  readonly byId: ComputedRef<ReadonlyMap<string, T>>
  readonly failure: Ref<Failure | null>
  readonly isLoaded: Ref<boolean>
  load(): Promise<void>
}

export function mirroredList<T extends { readonly id: string }>(
  kind: NoticeKind,
  pull: (engine: Engine) => Promise<readonly T[]>,
): MirroredList<T> {
  const engine = useEngine()
  const { value: all, failure, isLoaded, load } = mirror<readonly T[]>([], () => pull(engine))
  engine.changed(kind, load)
  void load()
  return { all, byId: computed(() => new Map(all.value.map((one) => [one.id, one]))), failure, isLoaded, load }
}
