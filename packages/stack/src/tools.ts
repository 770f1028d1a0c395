import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { environment } from './config.ts'
import { StackFailure } from './failure.ts'
import { repositoryRoot } from './paths.ts'
import { unpackArchive } from './tools-archive.ts'
import { unpackDebian } from './tools-debian.ts'

export type ToolName = 'nats-server' | 'hurl'

export interface ToolSearch {
  /** Where tools are kept; default `.tools` of this checkout. */
  readonly folder?: string
  /** Default: the caller's PATH. */
  readonly path?: string
  readonly print?: (line: string) => void
  /** Tried in order; default: the official release, then Debian's packages. */
  readonly installers?: readonly Installer[]
}

/** A way to get a tool into `into`, ending with `into/bin/<tool>`; throws with the reason when it cannot. */
export type Installer = (tool: ToolName, into: string) => Promise<void>

const MINIMUM: Readonly<Record<ToolName, readonly [number, number]>> = { 'nats-server': [2, 11], hurl: [6, 0] }
const INSTALLERS: readonly Installer[] = [unpackArchive, unpackDebian]

/** The path of a tool that runs on this machine: from the PATH, from `.tools`, or installed there now. */
export async function findTool(tool: ToolName, search: ToolSearch = {}): Promise<string> {
  const onPath = (search.path ?? environment.PATH ?? '').split(delimiter).map((folder) => join(folder, tool))
  const folder = join(search.folder ?? join(repositoryRoot, '.tools'), tool)
  const kept = join(folder, 'bin', tool)
  const found = [...onPath, kept].find((path) => suits(tool, path))
  if (found !== undefined) return found
  const print = search.print ?? ((line) => process.stderr.write(`${line}\n`))
  print(`Fetching ${tool}: it is not on the PATH and not yet in .tools …`)
  await install(tool, folder, search.installers ?? INSTALLERS)
  return kept
}

async function install(tool: ToolName, folder: string, installers: readonly Installer[]): Promise<void> {
  const reasons: string[] = []
  for (const installer of installers) {
    // Unpacked beside and renamed: a second process installing at the same time sees all of it or nothing.
    const fresh = `${folder}.${randomBytes(4).toString('hex')}`
    try {
      mkdirSync(fresh, { recursive: true })
      await installer(tool, fresh)
      if (!suits(tool, join(fresh, 'bin', tool))) throw new Error('what was fetched does not run here')
      moveIntoPlace(tool, fresh, folder)
      return
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error))
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }
  const [major, minor] = MINIMUM[tool]
  throw new StackFailure(
    `${tool} is missing and could not be fetched (${reasons.join('; ')}): put ${tool} ≥ ${major}.${minor} on the PATH`,
  )
}

function moveIntoPlace(tool: ToolName, fresh: string, folder: string): void {
  if (suits(tool, join(folder, 'bin', tool))) return
  rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(fresh, folder)
  } catch (error) {
    if (!suits(tool, join(folder, 'bin', tool))) throw error
  }
}

function suits(tool: ToolName, path: string): boolean {
  if (!existsSync(path)) return false
  const answer = spawnSync(path, ['--version'], { timeout: 10_000 })
  const version = /(\d+)\.(\d+)/.exec(answer.stdout?.toString() ?? '')
  if (answer.status !== 0 || version === null) return false
  const [major, minor] = MINIMUM[tool]
  const found = [Number(version[1]), Number(version[2])] as const
  return found[0] > major || (found[0] === major && found[1] >= minor)
}
