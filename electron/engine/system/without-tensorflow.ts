/** What this engine refuses where the user goes without TensorFlow: its trainers inherit its environment, and so the choice. */
import { checkForWebAssembly, isWebAssemblyChosen, noStudyOnWebAssembly, type AskedOfBackend } from '#shared/experiment/webassembly.ts' // prettier-ignore

/** @throws Failure 'input.invalid' for what would only fail when its turn comes. */
export function assertTrainable(spec: AskedOfBackend): void {
  if (isWebAssemblyChosen(process.env)) checkForWebAssembly(spec)
}

/** @throws Failure 'backend.missing'. */
export function assertStudies(study: string): void {
  if (isWebAssemblyChosen(process.env)) throw noStudyOnWebAssembly(study)
}
