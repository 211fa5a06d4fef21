/** Where a window opens: where it was, if that is still on a screen. Pure. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface SavedBounds extends Rectangle {
  readonly maximized: boolean
}

export const smallest = { width: 960, height: 600 } as const
const preferred = { width: 1440, height: 900 } as const

/** A strip of the title bar that must be in reach, px. */
const grip = { width: 120, height: 24 } as const

const overlap = (a: Rectangle, b: Rectangle): { width: number; height: number } => ({
  width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
  height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
})

/**
 * The saved bounds if enough of their top edge lies on a work area, shrunk to it where they are larger; else the preferred
 * size in the middle of the first one (the primary).
 */
export function placeWindow(saved: SavedBounds | null, workAreas: readonly Rectangle[]): SavedBounds {
  const [primary = { x: 0, y: 0, ...preferred }] = workAreas
  const home = saved && workAreas.find((area) => isInReach(saved, area))
  if (saved && home) {
    const width = Math.min(Math.max(saved.width, smallest.width), home.width)
    const height = Math.min(Math.max(saved.height, smallest.height), home.height)
    return { x: saved.x, y: saved.y, width, height, maximized: saved.maximized }
  }
  const width = Math.min(preferred.width, primary.width)
  const height = Math.min(preferred.height, primary.height)
  const x = primary.x + Math.round((primary.width - width) / 2)
  const y = primary.y + Math.round((primary.height - height) / 2)
  return { x, y, width, height, maximized: saved?.maximized ?? false }
}

function isInReach(saved: Rectangle, area: Rectangle): boolean {
  const top = { x: saved.x, y: saved.y, width: saved.width, height: grip.height }
  const seen = overlap(top, area)
  return seen.width >= grip.width && seen.height >= grip.height
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A file may be torn or from another version: then there are no saved bounds. */
export function readBounds(text: string): SavedBounds | null {
  try {
    const { x, y, width, height, maximized } = JSON.parse(text) as Partial<Record<keyof SavedBounds, unknown>>
    if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height)) return null
    return { x, y, width, height, maximized: maximized === true }
  } catch {
    return null
  }
}
