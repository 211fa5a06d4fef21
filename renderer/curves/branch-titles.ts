/**
 * Short names of branches, from what tells them apart: `SFT889K @ 7,200`, `step 225, seed 3`, `pure RL, seed 3`. Their own
 * names are as long as whoever made them wanted, and differ only at the end. Two that would be called alike keep their names.
 */
import type { BranchCurve } from '#shared/contract/contract.ts'
import { count } from '../format/numbers.ts'
import { familyTitle, objectiveTitle } from '../format/words.ts'

type Named = Pick<BranchCurve, 'run' | 'name' | 'paradigm' | 'objective' | 'data' | 'seed' | 'parent' | 'parentStep'>

export function branchTitles(curves: readonly Named[]): ReadonlyMap<string, string> {
  const sftRuns = new Map(curves.filter(({ paradigm }) => paradigm === 'sft').map((curve) => [curve.run, curve]))
  const branches = curves.filter(({ paradigm }) => paradigm !== 'sft' && paradigm !== 'pretrain')
  /** The SFT run that a branch starts from; of pure RL its file may name one, at step 0. */
  const sftOf = ({ parent }: Named) => (parent === null ? undefined : sftRuns.get(parent))
  /** Whichever is shorter says it as well: the data set, or what the SFT run on it is called. */
  const dataOf = (curve: Named) => {
    const { name, data } = sftOf(curve) ?? curve
    return name.length < data.length && sftOf(curve) ? name : data
  }
  const hasMany = (key: (curve: Named) => unknown, among: readonly Named[]) => new Set(among.map(key)).size > 1
  const namesData = hasMany(dataOf, branches.filter(sftOf))
  const namesSeed = hasMany(({ seed }) => seed, branches)
  const placeOf = ({ parent, parentStep }: Named) => `${parent} ${parentStep}`
  const places = Map.groupBy(branches, placeOf)
  const namesObjective = (curve: Named) => hasMany(({ objective }) => objective, places.get(placeOf(curve))!)

  const short = (curve: Named): string => {
    const isBranch = curve.paradigm === 'sequential' || sftOf(curve) !== undefined
    const step = count(curve.parentStep ?? 0)
    const method = curve.paradigm === 'rl' ? 'pure RL' : familyTitle(curve)
    return [
      !isBranch ? method : namesData ? `${dataOf(curve)} @ ${step}` : `step ${step}`,
      ...(curve.paradigm === 'sequential' && namesObjective(curve) ? [objectiveTitle(curve.objective)] : []),
      ...(namesSeed ? [`seed ${curve.seed}`] : []),
    ].join(', ')
  }
  const titles = branches.map((curve) => [curve, short(curve)] as const)
  const alike = Map.groupBy(titles, ([, title]) => title)
  return new Map(titles.map(([{ run, name }, title]) => [run, alike.get(title)!.length > 1 ? name : title]))
}
