import { Failure } from '#shared/contract/failure.ts'

export const noSuchRun = (id: string): Failure =>
  new Failure({
    code: 'run.not_found',
    message: 'There is no such run in this workspace.',
    input: id,
    remedy: 'List the runs to see their ids; removed ones can be restored.',
  })
