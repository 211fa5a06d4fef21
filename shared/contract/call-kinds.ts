/**
 * Which calls only look. A read whose engine dies under it may be asked again of the next one by whoever carries it; whether
 * a deed was done nobody knows, so it is never repeated unasked. Every call of the contract is named here, or tsc complains.
 */
import type { Contract } from './contract.ts'

/** So many engines may die under one read before it is taken for what kills them. */
export const mostBreaks = 5

export type CallKind = 'read' | 'deed' | 'stream'

const kinds: { readonly [Room in keyof Contract]: { readonly [Call in keyof Contract[Room]]: CallKind } } = {
  system: {
    info: 'read',
    pulse: 'read',
    diagnostics: 'read',
    recentWorkspaces: 'read',
    openExample: 'deed',
    serveExample: 'deed',
    notices: 'stream',
  },
  jobs: { list: 'read', cancel: 'deed' },
  uploads: { begin: 'deed', append: 'deed', abandon: 'deed' },
  datasets: {
    list: 'read',
    inspect: 'read',
    import: 'deed',
    generateLab: 'deed',
    export: 'deed',
    rename: 'deed',
    remove: 'deed',
    restore: 'deed',
  },
  curate: { histogram: 'read', heatMap: 'read', sources: 'read', counts: 'read', rows: 'read', row: 'read' },
  subsets: { list: 'read', create: 'deed', export: 'deed', remove: 'deed', restore: 'deed' },
  runs: {
    list: 'read',
    get: 'read',
    create: 'deed',
    parseSpec: 'read',
    printSpec: 'read',
    presets: 'read',
    estimate: 'read',
    branch: 'deed',
    pause: 'deed',
    stop: 'deed',
    resume: 'deed',
    leave: 'deed',
    reorder: 'deed',
    rename: 'deed',
    remove: 'deed',
    restore: 'deed',
    pin: 'deed',
    export: 'deed',
    keys: 'read',
    metrics: 'read',
    evaluations: 'read',
    events: 'read',
    samples: 'read',
    log: 'read',
    states: 'read',
  },
  analysis: { switchPoint: 'read', curves: 'read' },
  curves: { import: 'deed' },
  studies: {
    list: 'read',
    startQuick: 'deed',
    startPaper: 'deed',
    cancel: 'deed',
    resume: 'deed',
    // Writes a file.
    report: 'deed',
    planSwitch: 'read',
    startSwitch: 'deed',
    switchSearch: 'read',
  },
}

/** The kind of the call at a path of the contract, as `['runs', 'metrics']`; a path that is not there is nothing to repeat. */
export function callKind([room, call]: readonly string[]): CallKind {
  const calls: Readonly<Record<string, Readonly<Record<string, CallKind>>>> = kinds
  return calls[room ?? '']?.[call ?? ''] ?? 'deed'
}
