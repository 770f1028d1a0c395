import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const ON_LINUX = existsSync('/proc/self/stat')

/** When a process began, in the system's own words: tells it from a later one with the same number. Undefined when it is gone. */
export function startMark(pid: number): string | undefined {
  if (!ON_LINUX) return ps('lstart', pid)
  // After the name in brackets: state, then the fields from the parent's number on; the start is the 20th.
  const fields = readProc(pid, 'stat')?.split(') ').at(-1)?.split(' ')
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19]
}

/** Program and arguments of a process, separated by spaces. Undefined when it is gone. */
export function commandLine(pid: number): string | undefined {
  return ON_LINUX ? readProc(pid, 'cmdline')?.replaceAll('\0', ' ') : ps('args', pid)
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function ps(column: string, pid: number): string | undefined {
  const text = spawnSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)])
    .stdout?.toString()
    .trim()
  return text === '' ? undefined : text
}
