/** The recipe in the address, and the engine's answers to it: counts, histogram. */
import { computed, watch } from 'vue'
import type { SubsetRecipe } from '#shared/contract/datasets.ts'
import { go, setQuery, useRoute } from '../../router/use-route.ts'
import { useEngine } from '../../rpc/engine.ts'
import { useDatasets } from '../../stores/datasets.ts'
import { useSubsets } from '../../stores/subsets.ts'
import { useAsked } from '../../stores/use-asked.ts'
import { defaultRecipe, drawsTheSame, queryOfRecipe, recipeFromQuery } from './recipe.ts'

export function useCuration() {
  const engine = useEngine()
  const route = useRoute()
  const datasets = useDatasets()
  const subsets = useSubsets()

  const dataset = computed(() =>
    route.value.subject ? (datasets.byId.get(route.value.subject) ?? null) : (datasets.all[0] ?? null),
  )
  // Without a dataset in the address the newest one is meant; the address says so from then on.
  watch(
    () => [route.value.view, route.value.subject, datasets.all[0]?.id] as const,
    ([view, subject, first]) => {
      if (view === 'curate' && !subject && first) window.location.replace(`#/curate/${first}`)
    },
    { immediate: true },
  )

  /** A saved subset that the address starts from; its recipe is then what is not written. */
  const base = computed(() => subsets.byId.get(route.value.query['subset'] ?? '') ?? null)
  const fallback = computed<SubsetRecipe | null>(() => {
    if (!dataset.value) return null
    return base.value?.dataset === dataset.value.id ? base.value.recipe : defaultRecipe(dataset.value)
  })
  const recipe = computed<SubsetRecipe | null>(() =>
    fallback.value && dataset.value
      ? recipeFromQuery(
          route.value.query,
          fallback.value,
          dataset.value.scorers.map(({ id }) => id),
        )
      : null,
  )
  const scorer = computed(() => dataset.value?.scorers.find(({ id }) => id === recipe.value?.scorer) ?? null)

  function change(next: Partial<SubsetRecipe>) {
    if (recipe.value && fallback.value) setQuery(queryOfRecipe({ ...recipe.value, ...next }, fallback.value))
  }
  function changeFilters(next: Partial<SubsetRecipe['filters']>) {
    if (recipe.value) change({ filters: { ...recipe.value.filters, ...next } })
  }

  const counts = useAsked(
    () => recipe.value,
    (asked, signal) => engine.curate.counts({ recipe: asked }, { signal }),
  )
  const histogram = useAsked(
    () => recipe.value,
    (asked, signal) => engine.curate.histogram({ recipe: asked }, { signal }),
  )

  /** The saved subset that this very recipe has drawn, if there is one. */
  const saved = computed(() => {
    const now = recipe.value
    return now ? (subsets.all.find((subset) => drawsTheSame(subset.recipe, now)) ?? null) : null
  })
  const load = (subset: string) => dataset.value && go('curate', dataset.value.id, { subset })

  return { dataset, base, recipe, scorer, counts, histogram, saved, change, changeFilters, load }
}
export type Curation = ReturnType<typeof useCuration>
