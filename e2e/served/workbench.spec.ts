/** The same workbench in a browser: a file comes in by upload, and the page outlives its engine. */
import { dirname } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { gsmFile } from '../data.ts'
import { expect, test } from '../fixtures.ts'
import { CuratePage } from '../pages/curate.ts'
import { DatasetsPage } from '../pages/datasets.ts'
import { enginePid } from '../program.ts'

test('a file is uploaded and curated; the page recovers when the engine is killed', async ({ bench }) => {
  const { page, frame, watch } = bench
  const datasets = new DatasetsPage(page)
  const file = await gsmFile(dirname(bench.workspace))

  await test.step('upload, import, curate', async () => {
    await frame.open('Datasets')
    await datasets.startImport()
    await datasets.chooseFile(file.path, null)
    await datasets.import()
    expect((await datasets.rejections()).map(({ line }) => line)).toEqual(file.broken.map(({ line }) => line))
    await page.getByRole('button', { name: `Curate ${file.rows} rows` }).click()
    await expect(new CuratePage(page).left()).toHaveText(String(file.rows))
    await expectAccessible(page, 'Curate, served')
  })

  await test.step('kill -9 on the engine: the same address answers again', async () => {
    watch.forgive(/WebSocket connection/)
    const outage = frame.outage()
    process.kill((await enginePid(bench))!, 'SIGKILL')
    expect(await outage).toEqual(['Engine'])
    await frame.open('Datasets')
    await expect(datasets.list).toContainText('gsm-train')
  })
})
