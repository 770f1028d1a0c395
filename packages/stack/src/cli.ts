import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeFailure, StackFailure } from './failure.ts'
import { type System, startSystem } from './system.ts'

/** How the files that other parts of the project add are called, once they are there. */
interface StoryModule {
  readonly tellStory: (system: System, print: (line: string) => void) => Promise<void>
}
interface VerifyModule {
  /** The exit code. */
  readonly verify: (args: readonly string[], print: (line: string) => void) => Promise<number>
}

const print = (line: string): void => console.log(line)

try {
  process.exitCode = await dispatch(process.argv.slice(2))
} catch (error) {
  console.error(describeFailure(error))
  process.exitCode = 1
}
process.exit()

async function dispatch([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      return start(args)
    case 'verify':
      return (await load<VerifyModule>('verify.ts')).verify(args, print)
    default:
      throw new StackFailure(`Unknown command "${command}": use start or verify`)
  }
}

async function start(args: readonly string[]): Promise<number> {
  const flags = readFlags(args)
  const asked = stopAsked()
  const early = new AbortController()
  void asked.then(() => early.abort())
  const began = performance.now()
  const { fresh, port, dataDir, only } = flags
  const system = await startSystem({
    fresh,
    print,
    signal: early.signal,
    ...(port === undefined ? {} : { port }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(only === undefined ? {} : { only }),
  }).catch((error) => {
    if (!early.signal.aborted) throw error
    return undefined
  })
  if (system === undefined) {
    print('Stopped while starting.')
    return 130
  }
  const where = system.processes.has('gateway') ? system.gatewayUrl : 'without the gateway'
  print(`Draupnir is up after ${((performance.now() - began) / 1000).toFixed(1)} s: ${where}`)
  try {
    const story = only === undefined ? tellStory(system, flags.once) : Promise.resolve()
    // A story cut short by Ctrl-C fails as the system goes away beneath it; nobody wants to read that.
    story.catch(() => {})
    if ((await Promise.race([story, asked])) === undefined && !flags.once) {
      print('Press Ctrl-C to stop.')
      await asked
    }
  } finally {
    print('Stopping …')
    await system.stop()
  }
  print('Stopped.')
  return 0
}

async function tellStory(system: System, again: boolean): Promise<void> {
  if (!existsSync(join(import.meta.dirname, 'story.ts'))) return
  if (system.resumed && !again) {
    print('Going on with the data of the last run; start with --fresh to begin anew.')
    print(`API reference: ${system.gatewayUrl}/reference, API key: ${system.apiKey}`)
    return
  }
  const story = await load<StoryModule>('story.ts')
  await story.tellStory(system, print)
  system.markStoryTold()
}

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        port: { type: 'string' },
        data: { type: 'string' },
        only: { type: 'string' },
      },
    })
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
      throw new StackFailure(`--port ${values.port} is no port: give a number from 1 to 65535`)
    const only = values.only?.split(',').filter((name) => name !== '' && name !== 'none')
    return { once: values.once, fresh: values.fresh, port, dataDir: values.data, only }
  } catch (error) {
    if (error instanceof StackFailure) throw error
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new StackFailure(
      `${reason}: use npm start -- [--once] [--fresh] [--port N] [--data FOLDER] [--only PROCESS,… | none]`,
    )
  }
}

/** Resolves at Ctrl-C, SIGTERM, or when the process that started this one is gone. */
function stopAsked(): Promise<'stop'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
      process.on(signal, () => resolve('stop'))
    // Listening for the end of the channel must not keep this process alive.
    process.channel?.unref()
  })
}

async function load<Module>(file: string): Promise<Module> {
  if (!existsSync(join(import.meta.dirname, file)))
    throw new StackFailure(`${file} is missing: this checkout is incomplete`)
  return import(`./${file}`)
}
