import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../test/fakes.ts'
import { findTool, type Installer } from './tools.ts'

function program(folder: string, tool: string, version: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, tool)
  writeFileSync(path, `#!/bin/sh\necho "${tool}: v${version}"\n`)
  chmodSync(path, 0o755)
  return path
}

const installing =
  (version: string): Installer =>
  async (tool, into) => {
    program(join(into, 'bin'), tool, version)
  }

const failing: Installer = async () => {
  throw new Error('no internet')
}

const search = (folder: string, installers: readonly Installer[]) => ({
  folder: join(folder, 'tools'),
  path: join(folder, 'path'),
  print: () => {},
  installers,
})

describe('a tool', () => {
  it('on the PATH is used when it is new enough', () =>
    inFolder(async (folder) => {
      const path = program(join(folder, 'path'), 'nats-server', '2.12.1')
      expect(await findTool('nats-server', search(folder, []))).toBe(path)
    }))

  it('on the PATH that is too old is passed over', () =>
    inFolder(async (folder) => {
      program(join(folder, 'path'), 'nats-server', '2.9.10')
      const found = await findTool('nats-server', search(folder, [installing('2.15.1')]))
      expect(found).toBe(join(folder, 'tools', 'nats-server', 'bin', 'nats-server'))
    }))

  it('is fetched once, by the first way that works', () =>
    inFolder(async (folder) => {
      const ways = [failing, installing('7.1.0')]
      const first = await findTool('hurl', search(folder, ways))
      expect(await findTool('hurl', search(folder, [failing]))).toBe(first)
      expect(readdirSync(join(folder, 'tools'))).toEqual(['hurl'])
    }))

  it('that runs but is too old after fetching counts as not fetched', () =>
    inFolder(async (folder) => {
      const found = findTool('hurl', search(folder, [installing('1.0.0')]))
      await expect(found).rejects.toThrow('what was fetched does not run here')
    }))

  it('that cannot be had is named, with every reason and what to do, in one line', () =>
    inFolder(async (folder) => {
      await expect(findTool('hurl', search(folder, [failing, failing]))).rejects.toThrow(
        /^hurl is missing and could not be fetched \(no internet; no internet\): put hurl ≥ 6\.0 on the PATH$/,
      )
      expect(readdirSync(join(folder, 'tools'))).toEqual([])
    }))

  it('fetched by several at once is there for all of them', () =>
    inFolder(async (folder) => {
      const all = Array.from({ length: 8 }, () => findTool('hurl', search(folder, [installing('7.1.0')])))
      expect(new Set(await Promise.all(all)).size).toBe(1)
      expect(readdirSync(join(folder, 'tools'))).toEqual(['hurl'])
    }))
})
