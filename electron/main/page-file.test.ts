import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isInside } from './inside.ts'
import { isOwnPage } from './own-page.ts'
import { pageFile } from './page-file.ts'

let root = ''
let page = ''
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'switchpoint-page-')))
  page = join(root, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  mkdirSync(join(root, 'page-beside'))
  writeFileSync(join(page, 'index.html'), '')
  writeFileSync(join(page, 'assets', 'a b.js'), '')
  writeFileSync(join(page, 'notes.txt'), '')
  writeFileSync(join(root, 'secret.json'), '')
  writeFileSync(join(root, 'page-beside', 'x.json'), '')
  symlinkSync(join(root, 'secret.json'), join(page, 'link.json'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('an app:// address', () => {
  it('is a file of the built page', () => {
    expect(pageFile(page, 'app://switchpoint/index.html')).toEqual({
      path: join(page, 'index.html'),
      type: 'text/html; charset=utf-8',
    })
    expect(pageFile(page, 'app://switchpoint/assets/a%20b.js?v=1#x')?.path).toBe(join(page, 'assets', 'a b.js'))
  })
  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/..%5c..%5csecret.json',
    '/link.json',
    '/..%2fpage-beside/x.json',
    '/notes.txt',
    '/assets',
    '/',
    '/gone.js',
    '/%00.js',
    '/%E0%A4%A',
  ])('%s is nothing', (path) => expect(pageFile(page, `app://switchpoint${path}`)).toBeNull())
})

it('knows its own page from every other', () => {
  expect(isOwnPage('app://switchpoint/index.html#/run')).toBe(true)
  const strangers = [
    'app://other/index.html',
    'https://switchpoint/',
    'file:///etc/passwd',
    'app:switchpoint',
    'about:blank',
    '',
    'javascript:1',
  ]
  expect(strangers.filter(isOwnPage)).toEqual([])
})

it('knows what lies in a folder, links resolved', () => {
  expect(isInside(page, join(page, 'index.html'))).toBe(true)
  expect(isInside(page, page)).toBe(true)
  expect(
    [join(page, 'link.json'), join(root, 'page-beside', 'x.json'), join(page, 'gone'), '/etc/passwd'].filter((path) =>
      isInside(page, path),
    ),
  ).toEqual([])
})
