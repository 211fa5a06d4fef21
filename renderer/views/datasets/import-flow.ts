/**
 * An import from the file to its report: choose, (send,) inspect, map, run, done. The dialog shows where it stands; closing
 * the dialog while it runs leaves the job running in the engine.
 */
import { computed, reactive, shallowRef } from 'vue'
import type { Inspection } from '#shared/contract/datasets.ts'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import type { Engine } from '../../rpc/engine.ts'
import { upload, type UploadProgress } from '../../rpc/upload.ts'
import { useDatasets } from '../../stores/datasets.ts'
import { useJobs } from '../../stores/jobs.ts'
import type { ChosenFile } from './chosen-file.ts'
import { completeMapping, mappingProblem, nameFor, type DraftMapping } from './mapping.ts'

export type ImportStep = 'choose' | 'sending' | 'inspecting' | 'mapping' | 'running' | 'done'

const empty = { prompt: '', trajectory: '', answer: '', source: '', benchmark: '' } as const

export function useImportFlow(engine: Engine) {
  const jobs = useJobs()
  const datasets = useDatasets()
  const step = shallowRef<ImportStep>('choose')
  const failure = shallowRef<Failure | null>(null)
  const sent = shallowRef<UploadProgress | null>(null)
  const inspection = shallowRef<Inspection | null>(null)
  const fileName = shallowRef('')
  /** What is read: a path on this machine, or `upload:ID`. */
  const path = shallowRef('')
  const draft = reactive<DraftMapping>({ ...empty, scores: [] })
  const name = shallowRef('')
  const jobId = shallowRef<string | null>(null)
  let sending = new AbortController()

  const job = computed(() => jobs.byId.get(jobId.value ?? ''))
  const dataset = computed(() => datasets.byId.get(job.value?.result ?? ''))
  const problem = computed(() => (inspection.value ? mappingProblem(draft, inspection.value) : null))

  async function guarded(back: ImportStep, act: () => Promise<void>) {
    failure.value = null
    try {
      await act()
    } catch (error) {
      if (sending.signal.aborted) failure.value = null
      else failure.value = failureOf(error)
      step.value = back
    }
  }

  async function begin(chosen: ChosenFile) {
    sending = new AbortController()
    await guarded('choose', async () => {
      if (chosen.kind === 'path') {
        path.value = chosen.path
        fileName.value = chosen.path.split(/[\\/]/).at(-1) ?? chosen.path
      } else {
        fileName.value = chosen.file.name
        step.value = 'sending'
        sent.value = { sent: 0, total: chosen.file.size }
        path.value = await upload(engine, chosen.file, (now) => (sent.value = now), sending.signal)
      }
      step.value = 'inspecting'
      const seen = await engine.datasets.inspect({ path: path.value })
      inspection.value = seen
      Object.assign(draft, { ...empty, scores: [] }, seen.guess)
      name.value = nameFor(fileName.value)
      step.value = 'mapping'
    })
  }

  async function start() {
    await guarded('mapping', async () => {
      const { benchmark } = draft
      const how = benchmark === '' ? { mapping: completeMapping(draft) } : { benchmark }
      const { job } = await engine.datasets.import({ path: path.value, name: name.value.trim() || undefined, ...how })
      jobId.value = job
      step.value = 'running'
      await jobs.load()
    })
  }

  function reset() {
    sending.abort()
    step.value = 'choose'
    failure.value = null
    inspection.value = null
    jobId.value = null
  }

  return reactive({
    step,
    failure,
    sent,
    inspection,
    fileName,
    path,
    draft,
    name,
    job,
    dataset,
    problem,
    begin,
    start,
    reset,
    cancelSending: () => sending.abort(),
  })
}
export type ImportFlow = ReturnType<typeof useImportFlow>
