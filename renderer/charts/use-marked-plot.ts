/** A chart with a marker laid over it: what the marker needs of the chart, and what the chart is to be told. */
import { ref, shallowRef } from 'vue'
import type { Plot } from './PlotMarker.vue'

export function useMarkedPlot() {
  const plot = shallowRef<Plot | null>(null)
  /** Grows with every drawing: the marker then finds its place anew. */
  const drawn = ref(0)
  return {
    plot,
    drawn,
    /** For the chart's `ready` and `drawn`. */
    ready: (chart: unknown) => void (plot.value = chart as Plot),
    redrawn: () => void drawn.value++,
  }
}
