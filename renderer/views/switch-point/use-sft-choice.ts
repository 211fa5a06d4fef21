/** Which SFT run the view is about: the one in the address, or the one that has the most to show. */
import { computed } from 'vue'
import type { RunSummary } from '#shared/contract/runs.ts'
import { useRoute } from '../../router/use-route.ts'
import { useRuns } from '../../stores/runs.ts'

export const isValidated = ({ last }: Pick<RunSummary, 'last'>): boolean => last['val/loss'] !== undefined

export function useSftChoice() {
  const runs = useRuns()
  const route = useRoute()
  const sftRuns = computed(() => runs.all.filter(({ stage }) => stage === 'sft'))
  const branchCounts = computed(() => {
    const counts = new Map<string, number>()
    // What is known by its printed ceiling alone shows less than a curve.
    for (const { parent, stage, origin } of runs.all)
      if (parent !== null && stage === 'rl' && !origin?.printedCeiling)
        counts.set(parent, (counts.get(parent) ?? 0) + 1)
    return counts
  })
  const branchesOf = (run: string) => branchCounts.value.get(run) ?? 0
  /** Losses and branches are the two halves of this view. */
  const shows = (run: RunSummary) => Number(isValidated(run)) + Number(branchesOf(run.id) > 0)
  /** The run in the address, or the SFT run that shows the most; of those the one with the most branches, the newest. */
  const id = computed(
    () =>
      route.value.subject ??
      [...sftRuns.value].sort(
        (a, b) => shows(b) - shows(a) || branchesOf(b.id) - branchesOf(a.id) || b.createdAt - a.createdAt,
      )[0]?.id ??
      null,
  )
  return { sftRuns, id }
}
