/** Losses and metrics of a mini-batch from those of its parts: all of them are sums over tokens with weights of the whole. */
interface PartResult {
  readonly loss?: number
  readonly metrics: Readonly<Record<string, number>>
}

export function summed(parts: readonly PartResult[]): { loss: number; metrics: Record<string, number> } {
  const total = (of: (part: PartResult) => number) => parts.reduce((sum, part) => sum + of(part), 0)
  const names = Object.keys(parts[0]?.metrics ?? {})
  return {
    loss: total((part) => part.loss!),
    metrics: Object.fromEntries(names.map((name) => [name, total((part) => part.metrics[name]!)])),
  }
}
