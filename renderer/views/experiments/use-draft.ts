/**
 * The experiment that is being composed. Its YAML is the truth: the form edits values in it (comments stay), the engine
 * parses it, and what it parsed is what the form shows. The draft outlives the view and the window.
 */
import { computed, shallowRef } from 'vue'
import type { ExperimentSpec } from '#shared/experiment/spec.ts'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import type { Engine } from '../../rpc/engine.ts'
import { editStart, editYaml, type Edit } from './edit-yaml.ts'

type Presets = Awaited<ReturnType<Engine['runs']['presets']>>['presets']
type Parsed = Awaited<ReturnType<Engine['runs']['parseSpec']>>

const key = 'switchpoint.draft'
const yaml = shallowRef(window.localStorage.getItem(key) ?? '')
const preset = shallowRef(window.localStorage.getItem(`${key}.preset`) ?? '')
const spec = shallowRef<ExperimentSpec | null>(null)
const issues = shallowRef<Parsed['issues']>([])
const presets = shallowRef<Presets>([])
const failure = shallowRef<Failure | null>(null)
const isChecked = shallowRef(false)
let question = 0
let timer: ReturnType<typeof setTimeout> | undefined

const typingPauseMs = 200

export function useDraft(engine: Engine) {
  async function check() {
    const mine = ++question
    try {
      const parsed = await engine.runs.parseSpec({ yaml: yaml.value })
      if (mine !== question) return
      if (parsed.spec) spec.value = parsed.spec
      issues.value = parsed.issues
      failure.value = null
      isChecked.value = true
    } catch (error) {
      if (mine === question) failure.value = failureOf(error)
    }
  }
  function set(text: string, wait = 0) {
    yaml.value = text
    window.localStorage.setItem(key, text)
    isChecked.value = false
    clearTimeout(timer)
    timer = setTimeout(() => void check(), wait)
  }
  function choosePreset(id: string) {
    const chosen = presets.value.find((one) => one.id === id)
    if (!chosen) return
    preset.value = id
    window.localStorage.setItem(`${key}.preset`, id)
    set(chosen.yaml)
  }
  async function load() {
    try {
      presets.value = (await engine.runs.presets({})).presets
    } catch (error) {
      failure.value = failureOf(error)
      return
    }
    if (yaml.value === '')
      choosePreset(presets.value.find(({ id }) => id === 'sequential')?.id ?? presets.value[0]?.id ?? '')
    else await check()
  }

  return {
    yaml,
    spec,
    issues,
    presets,
    preset,
    failure,
    load,
    choosePreset,
    type: (text: string) => set(text, typingPauseMs),
    edit: (edits: readonly Edit[]) => set(editYaml(yaml.value, edits)),
    start: (from: { run: string; step: number } | null) => set(editStart(yaml.value, from)),
    /** What stands in the editor is a whole spec, and the engine has said so. */
    isReady: computed(
      () => isChecked.value && issues.value.length === 0 && spec.value !== null && failure.value === null,
    ),
    /** The form follows the text; a text that is not even YAML cannot be edited by it. */
    canEdit: computed(() => !issues.value.some(({ path }) => path === '')),
  }
}
export type Draft = ReturnType<typeof useDraft>
