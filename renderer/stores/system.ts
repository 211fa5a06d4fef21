/** The engine's facts, its pulse (the status line), and whether the line to it is open. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Pulse, SystemInfo } from '#shared/contract/contract.ts'
import type { EngineProblem } from '#shared/desktop/bridge.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from './mirror.ts'

/** Rates and times left move without a notice. */
const pulseEveryMs = 2000

export const useSystem = defineStore('system', () => {
  const engine = useEngine()
  const info = mirror<SystemInfo | null>(null, () => engine.system.info({}))
  const pulse = mirror<Pulse | null>(null, () => engine.system.pulse({}))
  const problem = shallowRef<EngineProblem | null>(null)

  const load = async () => void (await Promise.all([info.load(), pulse.load()]))
  engine.changed('system', load)
  engine.changed('runs', () => void pulse.load())
  void load()
  window.switchpoint?.onEngineProblem((now) => (problem.value = now))
  setInterval(() => {
    if (engine.line.state.value === 'open' && document.visibilityState === 'visible') void pulse.load()
  }, pulseEveryMs)

  return {
    info: info.value,
    infoFailure: info.failure,
    pulse: pulse.value,
    line: engine.line.state,
    attempts: engine.line.attempts,
    problem,
    workspaceName: computed(() => info.value.value?.workspace.name ?? ''),
    load,
  }
})
