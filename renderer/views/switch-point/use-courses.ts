/** The SFT runs on one axis: what each had come to at its validations (steps, tokens, FLOPs, epochs), and its losses. */
import { shallowRef, watch, type Ref } from 'vue'
import { interpolated, type RunCourse } from '../../charts/run-axis.ts'
import { useEngine } from '../../rpc/engine.ts'

export interface ValidatedCourse extends RunCourse {
  readonly run: string
  readonly losses: readonly number[]
}

/** `version` changes when the runs may have new points. */
export function useCourses(ids: Readonly<Ref<readonly string[]>>, version: Readonly<Ref<unknown>>) {
  const engine = useEngine()
  const courses = shallowRef<readonly ValidatedCourse[]>([])
  let asked = 0
  watch(
    [ids, version],
    async () => {
      const round = ++asked
      const found = await Promise.all(ids.value.map((run) => courseOf(run).catch(() => null)))
      if (round === asked) courses.value = found.filter((course) => course !== null)
    },
    { immediate: true },
  )

  async function courseOf(run: string): Promise<ValidatedCourse | null> {
    const { series } = await engine.runs.metrics({ id: run, keys: ['val/loss', 'train/epoch'], maxPoints: 5000 })
    const losses = series.find(({ key }) => key === 'val/loss')
    if (!losses || losses.step.length === 0) return null
    const epochs = series.find(({ key }) => key === 'train/epoch')
    const hasEpochs = epochs !== undefined && epochs.step.length > 0
    return {
      run,
      losses: losses.value,
      step: losses.step,
      tokens: losses.tokens,
      flops: losses.flops,
      epochs: hasEpochs ? losses.step.map((step) => interpolated(epochs.step, epochs.value, step)) : null,
      minStep: losses.step[losses.value.indexOf(Math.min(...losses.value))]!,
    }
  }
  return courses
}
