import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { acquireLock } from './lock.ts'
import { poll } from './poll.ts'
import { discardPostgres, startPostgres } from './postgres.ts'

const launcher = fileURLToPath(new URL('../test/launcher.ts', import.meta.url))

it('a launcher killed by SIGKILL leaves no process, and the next one takes over its lock and its data', () =>
  inFolder(async (folder) => {
    const child = spawn(process.execPath, [launcher, folder], { stdio: 'inherit' })
    const file = join(folder, 'pids.json')
    expect(await poll(() => (existsSync(file) ? true : undefined), 30_000)).toBe(true)
    const { pids }: { pids: number[] } = JSON.parse(readFileSync(file, 'utf8'))
    await expect(acquireLock(folder)).rejects.toThrow(`Draupnir already runs on ${folder} (process ${child.pid})`)

    child.kill('SIGKILL')
    for (const pid of pids) expect(await ends(pid)).toBe(true)

    const lock = await acquireLock(folder)
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), persistent: true })
    expect(postgres.created).toBe(false)
    await postgres.stop()
    await discardPostgres(join(folder, 'postgres'))
    lock.release()
  }))
