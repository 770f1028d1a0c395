#!/usr/bin/env node
// Runs before anything is installed, on any Node from 20 on: plain JavaScript, nothing imported but Node itself.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PNPM = 'pnpm@12.21.0'
const ENTRIES = {
  start: 'packages/stack/src/cli.ts',
  verify: 'packages/stack/src/cli.ts',
  bench: 'packages/stack/src/bench.ts',
  test: 'packages/checks/src/run.ts',
  generate: 'packages/checks/src/generate.ts',
}
// The two commands that share an entry are told apart by their name.
const NAMED = new Set(['start', 'verify'])

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.draupnir-installed')
const node = join(modules, '.bin', process.platform === 'win32' ? 'node.exe' : 'node')

const [command = '', ...args] = process.argv.slice(2)
const entry = ENTRIES[command]
if (entry === undefined) fail(`Unknown command "${command}": use npm run ${Object.keys(ENTRIES).join('|')}`)
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org)`)
if (!installed()) await install()
if (!existsSync(join(root, entry))) fail(`${entry} is missing: this checkout is incomplete`)
run()

/** What an installation depends on: the lockfile and every manifest. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const folders = ['packages', 'services'].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [],
  )
  const manifests = folders.map((folder) => join(folder, 'package.json'))
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()]) {
    if (existsSync(join(root, file)))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function installed() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()
}

async function install() {
  const release = await installLock()
  try {
    if (installed()) return
    const first = !existsSync(node)
    console.error(
      first ? 'Installing dependencies (the first time takes a minute or two) …' : 'Updating dependencies …',
    )
    const began = Date.now()
    const done = npx([PNPM, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'])
    if (done.error !== undefined) fail(`npx does not start (${done.error.message}): install npm and run this again`)
    if (done.status !== 0)
      fail(
        'Dependencies could not be installed: see the lines above, check that the npm registry is reachable, run this again',
      )
    if (!existsSync(node))
      fail(`There is no Node 24 for ${process.platform}-${process.arch} on npm: use another machine`)
    writeFileSync(stamp, fingerprint())
    console.error(`Dependencies installed in ${Math.round((Date.now() - began) / 1000)} s.`)
  } finally {
    release()
  }
}

function npx(words) {
  const beside = process.env.npm_execpath === undefined ? '' : join(dirname(process.env.npm_execpath), 'npx-cli.js')
  const [program, first] = existsSync(beside) ? [process.execPath, [beside]] : ['npx', []]
  // npm warns about every setting it does not know, of the user's own file: noise here.
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_yes: 'true' }
  // Production mode would leave out Node 24 itself.
  delete env.NODE_ENV
  return spawnSync(program, [...first, ...words], { cwd: root, env, stdio: ['ignore', 2, 2] })
}

/** One installation of a checkout at a time; a lock whose owner is gone is taken over. */
async function installLock() {
  const folder = join(root, '.tools')
  const file = join(folder, 'installing.lock')
  mkdirSync(folder, { recursive: true })
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      const release = () => rmSync(file, { force: true })
      process.once('exit', release)
      return release
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (abandoned(file)) rmSync(file, { force: true })
    else if (!told) console.error('Another command is installing the dependencies: waiting for it …')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function abandoned(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'))
    if (owner > 0) return !alive(owner)
    return Date.now() - statSync(file).mtimeMs > 2_000
  } catch {
    return false
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function run() {
  const env = {
    NODE_COMPILE_CACHE: join(modules, '.cache', 'node'),
    ...process.env,
    PATH: [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter),
  }
  const words = [join(root, entry), ...(NAMED.has(command) ? [command] : []), ...args]
  // The fourth stream tells the child when this process is gone, SIGKILL included.
  const child = spawn(node, words, { cwd: root, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  child.on('error', (error) =>
    fail(`Node 24 does not start (${error.message}): delete node_modules and run this again`),
  )
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  stopWhenNpmIsGone(child)
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** npm does not take its scripts along when it is killed; between it and us there may be a shell. */
function stopWhenNpmIsGone(child) {
  if (process.env.npm_lifecycle_event === undefined) return
  const above = () => `${process.ppid} ${parentOf(process.ppid)}`
  const before = above()
  const timer = setInterval(() => {
    if (above() !== before) child.kill('SIGTERM')
  }, 1_000)
  timer.unref()
}

function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]
  } catch {
    return undefined
  }
}

function fail(line) {
  console.error(line)
  process.exit(1)
}
