/** The palette's entries: views that exist, runs, datasets, subsets, commands; each knows what it does. */
import { Database, Filter } from '@lucide/vue'
import { computed, type Component } from 'vue'
import { commands, type Command } from '#shared/desktop/commands.ts'
import { familyTitle, stateWord } from '../format/words.ts'
import { counted } from '../format/numbers.ts'
import { go } from '../router/use-route.ts'
import { useDatasets } from '../stores/datasets.ts'
import { useRuns } from '../stores/runs.ts'
import { useSubsets } from '../stores/subsets.ts'
import { hasView, views } from '../views/index.ts'
import { canPerform, perform } from './command-board.ts'
import type { PaletteEntry } from './palette-search.ts'

export interface PaletteAction extends PaletteEntry {
  readonly icon?: Component
  readonly act: () => void
}

export function usePaletteEntries() {
  const runs = useRuns()
  const datasets = useDatasets()
  const subsets = useSubsets()

  const ofViews = computed<PaletteAction[]>(() =>
    views.map(({ id, title, about, icon, order }) => ({
      id: `view:${id}`,
      group: 'Views',
      title,
      hint: about,
      icon,
      ...(typeof order === 'number' &&
        order < 10 && {
          keys: `CmdOrCtrl+${views.filter((view) => typeof view.order === 'number').findIndex((view) => view.id === id) + 1}`,
        }),
      act: () => go(id),
    })),
  )
  const ofCommands = computed<PaletteAction[]>(() =>
    (commands as readonly Command[])
      .filter(({ id }) => id !== 'palette.open')
      .map(({ id, title, keys, also }) => ({
        id: `command:${id}`,
        group: 'Commands',
        title,
        ...(keys && { keys }),
        ...(also && { also }),
        disabled: !canPerform(id as Parameters<typeof canPerform>[0]),
        act: () => perform(id),
      })),
  )
  const ofRuns = computed<PaletteAction[]>(() =>
    hasView('run')
      ? runs.all.map((run) => ({
          id: run.id,
          group: 'Runs',
          title: run.name,
          hint: `${familyTitle(run)} · ${run.data} · ${stateWord[run.state]}`,
          act: () => go('run', run.id),
        }))
      : [],
  )
  const ofData = computed<PaletteAction[]>(() => [
    ...datasets.all.map(({ id, name, version, rows }) => ({
      id,
      group: 'Data',
      title: name,
      hint: `dataset v${version} · ${counted(rows, 'row')}`,
      icon: Database,
      act: () => go('curate', id),
    })),
    ...subsets.all.map(({ id, name, version, rows, datasetName, dataset }) => ({
      id,
      group: 'Data',
      title: name,
      hint: `subset v${version} of ${datasetName} · ${counted(rows, 'row')}`,
      icon: Filter,
      act: () => go('curate', dataset, { subset: id }),
    })),
  ])
  return computed(() => [...ofViews.value, ...ofCommands.value, ...ofRuns.value, ...ofData.value])
}
