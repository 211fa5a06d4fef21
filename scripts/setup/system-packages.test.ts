import { describe, expect, it } from 'vitest'
import { createReporter } from './progress.mjs'
import { aptNames, installLine, installPackages, lacking } from './system-packages.mjs'

describe('which packages lack', () => {
  it('takes either name for installed, and half-removed ones for lacking', () => {
    const listing = [
      'libgtk-3-0t64 installed',
      'libnss3 installed',
      'libgbm1 config-files',
      'libasound2 unknown',
      'libasound2t64 installed',
      '',
    ].join('\n')
    expect(lacking(['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2', 'xvfb'], listing)).toEqual(['libgbm1', 'xvfb'])
  })

  it('is all of them where dpkg knows none', () => {
    expect(lacking(['g++'], '')).toEqual(['g++'])
  })
})

describe("this release's names", () => {
  it('prefers the t64 name where it can be installed', () => {
    // Ubuntu 24.04: the old name is only provided by the new package, so it has no candidate.
    const policy = [
      'libgtk-3-0:',
      '  Installed: (none)',
      '  Candidate: (none)',
      '  Version table:',
      'libgtk-3-0t64:',
      '  Installed: (none)',
      '  Candidate: 3.24.41-4ubuntu1',
      '  Version table:',
      '     3.24.41-4ubuntu1 500',
      'libnss3:',
      '  Installed: 2:3.98-1build1',
      '  Candidate: 2:3.98-1build1',
      '',
    ].join('\n')
    expect(aptNames(['libgtk-3-0', 'libnss3'], policy)).toEqual(['libgtk-3-0t64', 'libnss3'])
  })

  it('keeps the old name on older releases', () => {
    const policy = 'libasound2:\n  Installed: (none)\n  Candidate: 1.2.8-1+b1\n'
    expect(aptNames(['libasound2'], policy)).toEqual(['libasound2'])
  })

  it('keeps the old name where the newer one is known but not to be had', () => {
    const policy = 'libgbm1t64:\n  Installed: (none)\n  Candidate: (none)\n'
    expect(aptNames(['libgbm1'], policy)).toEqual(['libgbm1'])
  })
})

it('says the line to type', () => {
  expect(installLine(['g++', 'xvfb'])).toBe('sudo apt-get install --no-install-recommends g++ xvfb')
})

describe('a system that is left alone', () => {
  const install = (isRoot: boolean, env: NodeJS.ProcessEnv) => {
    const reporter = createReporter({ stream: { write: () => true }, json: true })
    return installPackages(['no-such-package'], { reporter, env, isRoot, part: 'Window and page' })
  }

  it('is one whose owner forbids it, root or not: the exact line is said instead', async () => {
    await expect(install(true, { SWITCHPOINT_NO_SYSTEM: '1' })).rejects.toMatchObject({
      message: expect.stringMatching(/no-such-package|not Debian/) as string,
      remedy: expect.stringContaining('no-such-package') as string,
    })
  })

  it('is one where we are not root', async () => {
    await expect(install(false, {})).rejects.toMatchObject({
      remedy: expect.stringContaining('no-such-package') as string,
    })
  })
})
