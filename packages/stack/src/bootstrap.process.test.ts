import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../test/fakes.ts'
import { repositoryRoot } from './paths.ts'
import { poll } from './poll.ts'

/** A checkout with nothing installed, and an `npx` that "installs" the Node this test runs on. */
function checkout(folder: string): {
  root: string
  run: (...args: string[]) => SpawnSyncReturns<string>
  PATH: string
} {
  const root = join(folder, 'a clone')
  cpSync(join(repositoryRoot, 'scripts'), join(root, 'scripts'), { recursive: true })
  for (const [file, text] of [
    ['package.json', '{}'],
    ['pnpm-lock.yaml', 'one'],
    [
      'packages/stack/src/cli.ts',
      "process.on('SIGTERM', () => process.exit(7));" +
        'console.log(JSON.stringify(process.argv.slice(2)));' +
        "if (process.argv[3] === 'stay') setInterval(() => {}, 1000); else process.exit(Number(process.argv[3] ?? 0))",
    ],
  ] as const) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const npx = [
    '#!/bin/sh',
    'echo "$@" >> installs',
    'mkdir -p node_modules/.bin',
    `ln -sf "${process.execPath}" node_modules/.bin/node`,
  ]
  writeFileSync(join(bin, 'npx'), npx.join('\n'))
  chmodSync(join(bin, 'npx'), 0o755)
  const PATH = [bin, process.env.PATH].join(delimiter)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH },
      cwd: folder,
    })
  return { root, run, PATH }
}

const installs = (root: string): number =>
  existsSync(join(root, 'installs')) ? readFileSync(join(root, 'installs'), 'utf8').trim().split('\n').length : 0

describe('npm start on a fresh clone', () => {
  it('installs with the pinned pnpm and its lockfile, then runs the command under Node 24', () =>
    inFolder(async (folder) => {
      const { root, run } = checkout(folder)
      const done = run('start', '0', '--once')
      expect(done.stderr).toContain('Installing dependencies')
      expect(done.stdout).toBe('["start","0","--once"]\n')
      expect(readFileSync(join(root, 'installs'), 'utf8')).toMatch(/^pnpm@12\.21\.0 install --frozen-lockfile/)
    }))

  it('installs again only when the lockfile, a manifest or node_modules changed', () =>
    inFolder(async (folder) => {
      const { root, run } = checkout(folder)
      run('start')
      expect(run('start').stderr).toBe('')
      expect(installs(root)).toBe(1)
      writeFileSync(join(root, 'pnpm-lock.yaml'), 'two')
      run('start')
      expect(installs(root)).toBe(2)
      mkdirSync(join(root, 'services', 'new'), { recursive: true })
      writeFileSync(join(root, 'services', 'new', 'package.json'), '{}')
      run('start')
      expect(installs(root)).toBe(3)
      rmSync(join(root, 'node_modules'), { recursive: true })
      run('start')
      expect(installs(root)).toBe(4)
    }))

  it('takes over the lock of an installation that was killed', () =>
    inFolder(async (folder) => {
      const { root, run } = checkout(folder)
      mkdirSync(join(root, '.tools'))
      writeFileSync(join(root, '.tools', 'installing.lock'), '999999999')
      expect(run('start').status).toBe(0)
      expect(existsSync(join(root, '.tools', 'installing.lock'))).toBe(false)
    }))
})

describe('the bootstrap', () => {
  it('hands on the exit code', () =>
    inFolder(async (folder) => {
      expect(checkout(folder).run('start', '5').status).toBe(5)
    }))

  it('hands on a signal and ends with its child', () =>
    inFolder(async (folder) => {
      const { root, run, PATH } = checkout(folder)
      run('start')
      const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), 'start', 'stay'], {
        env: { PATH },
      })
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
      })
      expect(await poll(() => (output.includes('stay') ? true : undefined), 10_000)).toBe(true)
      child.kill('SIGTERM')
      const code = await new Promise((resolve) => child.on('exit', resolve))
      expect(code).toBe(7)
    }))

  it('stops when npm, above its shell, is killed', () =>
    inFolder(async (folder) => {
      const { root, run, PATH } = checkout(folder)
      run('start')
      const script = join(root, 'scripts', 'bootstrap.mjs')
      // A stand-in for npm: its shell stays when it is killed, as npm's does.
      const npm = spawn('sh', ['-c', `sh -c '"${process.execPath}" "${script}" start stay; echo ended'; true`], {
        env: { PATH, npm_lifecycle_event: 'start' },
      })
      let output = ''
      npm.stdout.on('data', (chunk) => {
        output += chunk
      })
      expect(await poll(() => (output.includes('stay') ? true : undefined), 10_000)).toBe(true)
      npm.kill('SIGKILL')
      expect(await poll(() => (output.includes('ended') ? true : undefined), 10_000)).toBe(true)
    }))

  it.each([
    ['an unknown command', ['fly'], 'Unknown command "fly": use npm run start|verify|bench|test|generate'],
    ['a checkout without the entry', ['test'], 'packages/checks/src/run.ts is missing: this checkout is incomplete'],
  ])('answers %s with one line', (_what, args, line) =>
    inFolder(async (folder) => {
      const { run } = checkout(folder)
      run('start')
      expect(run(...args)).toMatchObject({ status: 1, stderr: `${line}\n` })
    }),
  )

  it('says what to do when the dependencies cannot be installed', () =>
    inFolder(async (folder) => {
      const { run } = checkout(folder)
      writeFileSync(join(folder, 'bin', 'npx'), '#!/bin/sh\nexit 1\n')
      const done = run('start')
      expect(done.status).toBe(1)
      expect(done.stderr).toContain('check that the npm registry is reachable, run this again')
    }))
})
