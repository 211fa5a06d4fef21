/** What makes a folder here a view: a `view.ts` with one of these as its default export. The rail, the palette and the router read them. */
import type { Component } from 'vue'

export interface ViewDefinition {
  /** First part of the address: `#/curate`. */
  readonly id: string
  readonly title: string
  readonly icon: Component
  /** Place in the rail; settings sit at its foot, `null` keeps a view out of it. */
  readonly order: number | 'foot' | null
  /** What it answers, for the palette and the rail's label. */
  readonly about: string
  readonly load: () => Promise<{ default: Component }>
}
