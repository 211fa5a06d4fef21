/** Settings in which runs differ: specs laid flat, keys in order, only those that are not the same everywhere. */
export interface Difference {
  readonly key: string
  readonly values: readonly string[]
}

const flat = (value: unknown, path: string, into: Map<string, string>): Map<string, string> => {
  if (value !== null && typeof value === 'object') {
    for (const [key, child] of Object.entries(value)) flat(child, path ? `${path}.${key}` : key, into)
  } else into.set(path, String(value))
  return into
}

export function specDifferences(specs: readonly unknown[]): Difference[] {
  const laid = specs.map((spec) => flat(spec, '', new Map()))
  const keys = [...new Set(laid.flatMap((one) => [...one.keys()]))]
  return keys
    .map((key) => ({ key, values: laid.map((one) => one.get(key) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1)
}
