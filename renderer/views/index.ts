/** The views that exist, in the rail's order. */
import { defineAsyncComponent, type Component } from 'vue'
import type { ViewDefinition } from './view.ts'

const found = import.meta.glob<{ default: ViewDefinition }>('./*/view.ts', { eager: true })

const place = ({ order }: ViewDefinition) => (typeof order === 'number' ? order : Infinity)
export const views: readonly ViewDefinition[] = Object.values(found)
  .map((module) => module.default)
  .sort((a, b) => place(a) - place(b))

export const hasView = (id: string): boolean => views.some((view) => view.id === id)

const components = new Map<string, Component>(
  views.map(({ id, load }) => [id, defineAsyncComponent({ loader: load, delay: 150 })]),
)
export const viewComponent = (id: string): Component | undefined => components.get(id)
