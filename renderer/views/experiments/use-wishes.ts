/** `?preset=luffy`, `?subset=sub_x`, `?from=run_x&step=150`: what other views ask of the composer, done once. */
import { watch, type Ref } from 'vue'
import type { Route } from '../../router/route.ts'
import type { Draft } from './use-draft.ts'

export function useWishes(
  route: Ref<Route>,
  setQuery: (changes: Readonly<Record<string, string | null>>) => void,
  draft: Draft,
  subsets: { readonly byId: ReadonlyMap<string, unknown> },
): void {
  watch(
    // The draft must be there before it can be changed.
    () => (draft.presets.value.length > 0 && draft.spec.value ? route.value.query : null),
    (query) => {
      const { preset, subset, from, step } = query ?? {}
      if (preset) draft.choosePreset(preset)
      else if (subset && subsets.byId.has(subset)) trainOn(subset)
      else if (from) draft.start({ run: from, step: Number(step ?? 0) })
      if (preset || subset || from) setQuery({ preset: null, subset: null, from: null, step: null })
    },
    { immediate: true },
  )

  /** Every stage that learns from trajectories learns from these; RL keeps its prompts. */
  function trainOn(subset: string) {
    const edits = (draft.spec.value?.stages ?? []).flatMap((stage, index) =>
      stage.kind === 'sft' || stage.kind === 'synchronized' ? [{ path: ['stages', index, 'data'], value: subset }] : [],
    )
    if (edits.length > 0) draft.edit(edits)
  }
}
