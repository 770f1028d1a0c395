import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'

const SUITE = 'forky'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const TRIPLETS: Readonly<Record<string, readonly [triplet: string, loader: string]>> = {
  x64: ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2'],
  arm64: ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1'],
}

/**
 * Unpacks a newer Debian's package of a tool, with all it needs, into `into/root` and a starter into `into/bin`.
 * Uses the machine's own mirror with an apt state of its own: the system is not changed, signatures are checked.
 */
export async function unpackDebian(tool: string, into: string): Promise<void> {
  const platform = TRIPLETS[arch()]
  const mirror = debianMirror()
  if (mirror === undefined || platform === undefined || !existsSync(KEYRING)) throw new Error('this is not a Debian')
  const state = mkdtempSync(join(tmpdir(), 'draupnir-apt-'))
  try {
    const apt = privateApt(state, mirror)
    apt(['update'])
    // An empty status file makes apt fetch the whole closure: nothing of the host's libraries is relied on.
    apt(['--yes', '--no-install-recommends', '--download-only', 'install', tool])
    const archives = join(state, 'cache', 'archives')
    const root = join(state, 'root')
    for (const name of readdirSync(archives).filter((each) => each.endsWith('.deb')))
      run('dpkg-deb', ['-x', join(archives, name), root])
    keepWhatRuns(tool, root, join(into, 'root'), platform[0])
    writeStarter(tool, into, platform)
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}

function debianMirror(): string | undefined {
  const folder = '/etc/apt/sources.list.d'
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : []),
  ]
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))
  const lines = text.join('\n').replaceAll(/^\s*#.*$/gm, '')
  return /\bhttps?:\/\/\S+\/debian(?=\/?\s)/.exec(`${lines}\n`)?.[0]
}

function privateApt(state: string, mirror: string): (args: readonly string[]) => void {
  mkdirSync(join(state, 'lists', 'partial'), { recursive: true })
  mkdirSync(join(state, 'cache', 'archives', 'partial'), { recursive: true })
  writeFileSync(join(state, 'status'), '')
  writeFileSync(join(state, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`)
  const options = [
    `-oDir::State::Lists=${join(state, 'lists')}`,
    `-oDir::Cache=${join(state, 'cache')}`,
    `-oDir::Etc::SourceList=${join(state, 'sources.list')}`,
    '-oDir::Etc::SourceParts=/dev/null',
    `-oDir::State::status=${join(state, 'status')}`,
    '-oDebug::NoLocking=true',
    '-oAPT::Sandbox::User=root',
    '-oAPT::Update::Post-Invoke-Success::=',
    '-oAcquire::Languages=none',
    '-oAcquire::Retries=2',
    '-oAcquire::http::Timeout=15',
  ]
  return (args) => run('apt-get', ['-q', ...options, ...args])
}

function keepWhatRuns(tool: string, root: string, kept: string, triplet: string): void {
  const program = ['usr/bin', 'usr/sbin'].map((folder) => join(root, folder, tool)).find((path) => existsSync(path))
  if (program === undefined) throw new Error(`the package ${tool} holds no program of that name`)
  cpSync(join(root, 'usr/lib', triplet), join(kept, 'lib'), { recursive: true, verbatimSymlinks: true })
  copyFileSync(program, join(kept, tool))
}

function writeStarter(tool: string, into: string, [, loader]: readonly [string, string]): void {
  const lines = [
    '#!/bin/sh',
    'root=$(cd "$(dirname "$0")/../root" && pwd)',
    `exec "$root/lib/${loader}" --library-path "$root/lib" "$root/${tool}" "$@"`,
    '',
  ]
  mkdirSync(join(into, 'bin'), { recursive: true })
  writeFileSync(join(into, 'bin', tool), lines.join('\n'))
  chmodSync(join(into, 'bin', tool), 0o755)
}

function run(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { encoding: 'utf8' })
  if (done.status === 0) return
  const reason = (done.stderr || done.error?.message || '').trim().split('\n').at(-1)
  throw new Error(`${command} failed: ${reason}`)
}
