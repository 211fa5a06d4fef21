/** Dataset versions of the workspace. */
import { defineStore } from 'pinia'
import type { Dataset } from '#shared/contract/datasets.ts'
import { mirroredList } from './mirrored-list.ts'

export const useDatasets = defineStore('datasets', () =>
  mirroredList<Dataset>('datasets', async (engine) => (await engine.datasets.list({})).datasets),
)
