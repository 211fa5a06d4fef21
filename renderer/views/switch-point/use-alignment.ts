/** What the x axis counts, and the SFT runs that are laid over on it. */
import { computed, type Ref } from 'vue'
import type { RunSummary } from '#shared/contract/runs.ts'
import { axisKinds, runAxes, type RunAxis } from '../../charts/run-axis.ts'
import { useChoiceQuery, useListQuery } from '../../router/use-route.ts'
import { useCourses } from './use-courses.ts'
import { isValidated } from './use-sft-choice.ts'

export function useAlignment({
  id,
  sftRuns,
  end,
  version,
}: {
  id: Readonly<Ref<string | null>>
  sftRuns: Readonly<Ref<readonly RunSummary[]>>
  /** Last step of the run itself. */
  end: Readonly<Ref<number>>
  /** Changes when the run may have new points. */
  version: Readonly<Ref<unknown>>
}) {
  const axisKind = useChoiceQuery('x', axisKinds, 'step')
  const overlaid = useListQuery('with')
  const otherRuns = computed(() => sftRuns.value.filter((run) => run.id !== id.value && isValidated(run)))
  /** The run itself and those laid over it; with steps and nobody laid over, nothing has to be asked for. */
  const aligned = computed(() =>
    id.value === null || (axisKind.value === 'step' && overlaid.value.length === 0)
      ? []
      : [id.value, ...overlaid.value],
  )
  const courses = useCourses(aligned, version)
  /** By run; none while the run itself has no course. */
  const axes = computed((): ReadonlyMap<string, RunAxis> => {
    if (!courses.value.some(({ run }) => run === id.value)) return new Map()
    const ends = courses.value.map(({ run, step }) => (run === id.value ? end.value : (step.at(-1) ?? 0)))
    const found = runAxes(axisKind.value, courses.value, ends)
    return new Map(courses.value.map(({ run }, i) => [run, found[i]!]))
  })
  const axis = computed(
    (): RunAxis => axes.value.get(id.value ?? '') ?? { name: 'SFT step', end: end.value, place: (step) => step },
  )
  const nameOf = computed(() => new Map(sftRuns.value.map((run) => [run.id, run.name])))
  const others = computed(() =>
    courses.value.flatMap(({ run, step, losses }) => {
      const own = axes.value.get(run)
      if (run === id.value || !own) return []
      return [{ name: nameOf.value.get(run) ?? run, points: step.map((at, i) => [own.place(at), losses[i]!] as const) }]
    }),
  )
  return { axisKind, overlaid, otherRuns, axis, others }
}
