import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { freePort } from './ports.ts'
import { discardPostgres, type Postgres, startPostgres } from './postgres.ts'

const SMALL = { shared_buffers: '32MB' }

async function query(server: Postgres, text: string): Promise<unknown[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

describe('an embedded Postgres', () => {
  it('keeps its data and leaves no process', () =>
    inFolder(async (folder) => {
      const options = { dataDir: join(folder, 'pg'), persistent: true, settings: SMALL }
      const first = await startPostgres(options)
      await query(first, 'create table kept as select 42 as answer')
      await first.stop()
      expect(await ends(first.pid, 0)).toBe(true)
      const second = await startPostgres(options)
      expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }])
      expect([first.created, second.created]).toEqual([true, false])
      await second.stop()
      await discardPostgres(options.dataDir)
    }))

  it('is durable unless told otherwise, and version 18', () =>
    inFolder(async (folder) => {
      const options = { dataDir: join(folder, 'pg'), persistent: false }
      const server = await startPostgres({ ...options, settings: { ...SMALL, max_connections: '17' } })
      const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'data_checksums']
      const shown = await Promise.all(
        names.map(async (name) => Object.values((await query(server, `show ${name}`))[0] ?? {})[0]),
      )
      expect(shown).toEqual(['on', 'on', 'on', '17', 'on'])
      expect(await query(server, 'select version()')).toEqual([{ version: expect.stringMatching(/^PostgreSQL 18\./) }])
      await server.stop()
      expect(existsSync(options.dataDir)).toBe(false)
    }))

  it('comes back with what was committed after being killed', () =>
    inFolder(async (folder) => {
      const options = { dataDir: join(folder, 'pg'), persistent: true, settings: SMALL }
      const first = await startPostgres(options)
      await query(first, 'create table kept as select 1 as one')
      first.kill('SIGKILL')
      await first.exited
      const second = await startPostgres(options)
      expect(await query(second, 'select one from kept')).toEqual([{ one: 1 }])
      await second.stop()
      await discardPostgres(options.dataDir)
    }))

  it('says which port is in use', () =>
    inFolder(async (folder) => {
      const port = await freePort()
      const taken = createServer().listen(port, '127.0.0.1')
      const options = { dataDir: join(folder, 'pg'), port, persistent: false, settings: SMALL }
      await expect(startPostgres(options)).rejects.toThrow(`Port ${port}, wanted for Postgres, is in use`)
      await new Promise((resolve) => taken.close(resolve))
      await discardPostgres(options.dataDir)
    }))

  it.runIf(process.getuid?.() === 0)('started by root works in a home that only root may enter', () =>
    inFolder(async (folder) => {
      const home = join(folder, 'home')
      mkdirSync(home)
      chmodSync(home, 0o700)
      const options = { dataDir: join(home, 'pg'), persistent: false, settings: SMALL }
      const server = await startPostgres(options)
      expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
      await server.stop()
    }),
  )

  it.runIf(process.getuid?.() === 0)('kept outside of its data folder is removed once that folder is gone', () =>
    inFolder(async (folder) => {
      const gone = join(folder, 'gone')
      const server = await startPostgres({ dataDir: gone, persistent: true, settings: SMALL })
      const [row] = await query(server, 'show data_directory')
      const [cluster = ''] = Object.values(Object(row)).map(String)
      await server.stop()
      expect([cluster.startsWith(folder), existsSync(cluster)]).toEqual([false, true])
      rmSync(gone, { recursive: true })
      const other = await startPostgres({ dataDir: join(folder, 'other'), persistent: false, settings: SMALL })
      await other.stop()
      expect(existsSync(cluster)).toBe(false)
    }),
  )
})
