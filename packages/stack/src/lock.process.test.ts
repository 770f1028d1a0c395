import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { acquireLock, lockOwner } from './lock.ts'
import { startMark } from './process-table.ts'

it('one data folder has one owner at a time', () =>
  inFolder(async (folder) => {
    const lock = await acquireLock(folder)
    expect(lockOwner(folder)).toBe(process.pid)
    await expect(acquireLock(folder)).rejects.toThrow('already runs')
    lock.release()
    expect(lockOwner(folder)).toBeUndefined()
    ;(await acquireLock(folder)).release()
  }))

it('a lock whose owner is gone is taken over, and the processes it left are ended', () =>
  inFolder(async (folder) => {
    const left = spawn('sleep', ['60'], { detached: true })
    const pid = left.pid ?? 0
    writeFileSync(
      join(folder, 'lock.json'),
      JSON.stringify({
        owner: { pid: process.pid, mark: 'of another process with this number' },
        children: [{ pid, mark: startMark(pid) }],
      }),
    )
    const lock = await acquireLock(folder)
    expect(await ends(pid, 0)).toBe(true)
    lock.release()
  }))

it('a process that only has the number of one left behind is not touched', () =>
  inFolder(async (folder) => {
    const stranger = spawn('sleep', ['60'])
    const pid = stranger.pid ?? 0
    const owner = { pid: 999_999_999, mark: '1' }
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ owner, children: [{ pid, mark: 'another' }] }))
    ;(await acquireLock(folder)).release()
    stranger.kill('SIGKILL')
    expect(await new Promise((resolve) => stranger.on('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL')
  }))

it('half a lock, left by a full disk, is no lock', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'lock.json'), '{"owner"')
    ;(await acquireLock(folder)).release()
  }))
