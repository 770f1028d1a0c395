import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ends, fakeSpec, inFolder } from '../test/fakes.ts'
import { poll } from './poll.ts'
import { isListening } from './ports.ts'
import { type SuperviseOptions, supervise } from './supervisor.ts'

const quiet: SuperviseOptions = { print: () => {}, firstBackoffMs: 10, maxBackoffMs: 50 }

describe('a supervised process', () => {
  it('is started again after a crash, and that is said', () =>
    inFolder(async (folder) => {
      const lines: string[] = []
      const child = await supervise(await fakeSpec('billing', folder), { ...quiet, print: (line) => lines.push(line) })
      await child.firstReady()
      const { pid } = child
      child.kill('SIGKILL')
      expect(await ends(pid)).toBe(true)
      await child.ready()
      expect(child.pid).not.toBe(pid)
      expect(lines).toEqual([expect.stringContaining('billing ended (SIGKILL), starting it again in 0.01 s')])
      await child.stop()
    }))

  it('pauses longer after each crash, up to the longest pause', () =>
    inFolder(async (folder) => {
      const lines: string[] = []
      const child = await supervise(await fakeSpec('ledger', folder), { ...quiet, print: (line) => lines.push(line) })
      await child.firstReady()
      for (let crash = 1; crash <= 4; crash += 1) {
        child.kill('SIGKILL')
        await poll(() => (lines.length === crash ? true : undefined), 10_000)
        await child.ready()
      }
      expect(lines.map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.01', '0.02', '0.04', '0.05'])
      await child.stop()
    }))

  it('that ends before it was ever ready is a failure that shows its last telling line', () =>
    inFolder(async (folder) => {
      const spec = await fakeSpec('payout', folder, undefined, { FAIL: 'DATABASE_URL is missing' })
      const child = await supervise(spec, quiet)
      await expect(child.firstReady()).rejects.toThrow(
        /^payout ended while starting: Error: DATABASE_URL is missing \(whole log: .*payout\.log\)$/,
      )
    }))

  it('stays stopped when stopped, and has been asked before', () =>
    inFolder(async (folder) => {
      const spec = await fakeSpec('contract', folder)
      const child = await supervise(spec, quiet)
      await child.firstReady()
      const { pid } = child
      await child.stop()
      expect(await ends(pid, 0)).toBe(true)
      expect(child.pid).toBe(0)
      expect(readFileSync(join(folder, 'notes'), 'utf8')).toBe('contract started\ncontract stopped\n')
      expect(await isListening(Number(spec.env.PORT))).toBe(false)
    }))

  it('is killed when it does not stop, and that is said', () =>
    inFolder(async (folder) => {
      const lines: string[] = []
      const spec = await fakeSpec('gateway', folder, undefined, { STUBBORN: 'yes' })
      const child = await supervise(spec, { ...quiet, print: (line) => lines.push(line), stopTimeoutMs: 100 })
      await child.firstReady()
      await child.stop()
      expect(lines).toEqual(['gateway did not stop when asked and was killed'])
    }))

  it('restarts on request with another environment', () =>
    inFolder(async (folder) => {
      const child = await supervise(await fakeSpec('first', folder), quiet)
      await child.firstReady()
      await child.restart({ SERVICE_NAME: 'second' })
      await child.stop()
      expect(readFileSync(join(folder, 'notes'), 'utf8').split('\n')).toEqual([
        'first started',
        'first stopped',
        'second started',
        'second stopped',
        '',
      ])
    }))
})
