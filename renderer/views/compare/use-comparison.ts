/** What is compared, as the address says: score, model, data set, baseline, budget; and who stands where there. */
import { computed } from 'vue'
import { budgetRange, curvesOn, dataSetsOf, familiesOf, modelsOf, standings } from '../../curves/families.ts'
import { printedTwins } from '../../curves/printed.ts'
import { useCurves } from '../../curves/use-curves.ts'
import { useNumberQuery, useTextQuery } from '../../router/use-route.ts'
import { verdictAt } from './verdict.ts'

/** More families than colours and labels can tell apart: one data set at a time, unless the reader wants all. */
const mostFamilies = 10
/** The choice of all data sets. */
export const everything = 'all'

export function useComparison() {
  const { curves, score, scores, failure, isLoaded, load } = useCurves()

  /** Compute of unlike models is not to be compared: one model at a time, at first the one with the most curves. */
  const models = computed(() => modelsOf(curves.value))
  const modelQuery = useTextQuery('model')
  const model = computed({
    get: () => models.value.find((name) => name === modelQuery.value) ?? models.value[0],
    set: (name) => (modelQuery.value = name ?? ''),
  })
  const ofModel = computed(() => {
    const { hidden } = printedTwins(curves.value)
    return curves.value.filter(({ run, model: name }) => (name ?? '') === (model.value ?? '') && !hidden.has(run))
  })

  const dataSets = computed(() => dataSetsOf(ofModel.value))
  const dataQuery = useTextQuery('data')
  const data = computed({
    get: () =>
      dataSets.value.find((name) => name === dataQuery.value) ??
      (dataQuery.value !== everything && dataSets.value.length > 1 && familiesOf(ofModel.value).length > mostFamilies
        ? dataSets.value[0]!
        : everything),
    set: (name) => (dataQuery.value = name),
  })
  const comparable = computed(() => (data.value === everything ? ofModel.value : curvesOn(ofModel.value, data.value)))
  const families = computed(() => familiesOf(comparable.value))

  const range = computed(() => budgetRange(families.value))
  const budgetQuery = useNumberQuery('budget', 0)
  /** Without a choice of the reader's the one that all families have in common. */
  const budget = computed({
    get: () => Math.min(range.value.hi, budgetQuery.value > 0 ? budgetQuery.value : range.value.common),
    set: (value) => (budgetQuery.value = Math.round(value)),
  })
  const baselineQuery = useTextQuery('baseline')
  const baseline = computed({
    get: () =>
      families.value.find(({ key }) => key === baselineQuery.value)?.key ??
      families.value.find(({ paradigm }) => paradigm === 'rl')?.key ??
      families.value[0]?.key ??
      '',
    set: (key) => (baselineQuery.value = key),
  })
  const ranked = computed(() => standings(families.value, budget.value, baseline.value))
  const verdict = computed(() => verdictAt(ranked.value))
  return {
    curves,
    failure,
    isLoaded,
    load,
    score,
    scores,
    models,
    model,
    dataSets,
    data,
    comparable,
    families,
    range,
    budget,
    baseline,
    ranked,
    verdict,
  }
}
