/** `?preset=luffy`, `?subset=sub_x`, `?from=run_x&step=150`: what other views ask of the composer, done once. */
import { watch, type Ref } from 'vue'
import { isTextTask } from '#shared/experiment/task-names.ts'
import type { Route } from '../../router/route.ts'
import { chooseRows, labRows, type DataHere } from './task-choice.ts'
import type { Draft } from './use-draft.ts'

export function useWishes(
  route: Ref<Route>,
  setQuery: (changes: Readonly<Record<string, string | null>>) => void,
  draft: Draft,
  here: () => DataHere,
): void {
  watch(
    // The draft must be there before it can be changed, and the rows before they can be chosen.
    () => {
      if (draft.presets.value.length === 0 || !draft.spec.value) return null
      const { query } = route.value
      return !query['subset'] || datasetOf(query['subset']) ? query : null
    },
    (query) => {
      const { preset, subset, from, step } = query ?? {}
      if (preset) draft.choosePreset(preset)
      else if (subset) trainOn(subset)
      else if (from) draft.start({ run: from, step: Number(step ?? 0) })
      if (preset || subset || from) setQuery({ preset: null, subset: null, from: null, step: null })
    },
    { immediate: true },
  )

  function datasetOf(subset: string) {
    const { subsets, datasets } = here()
    return datasets.get(subsets.find(({ id }) => id === subset)?.dataset ?? '')
  }

  /** Written rows make it a written task. Of the lab's, every stage that learns from trajectories learns from these; RL keeps its prompts. */
  function trainOn(subset: string) {
    const spec = draft.spec.value
    if (!spec) return
    if (datasetOf(subset)?.task !== 'lab') return draft.edit(chooseRows(subset, spec, here()))
    const back = isTextTask(spec.task) ? chooseRows(labRows, spec, here()) : []
    const edits = spec.stages.flatMap((stage, index) =>
      stage.kind === 'sft' || stage.kind === 'synchronized' ? [{ path: ['stages', index, 'data'], value: subset }] : [],
    )
    if (edits.length > 0) draft.edit([...back, ...edits])
  }
}
