import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { connectBus, provision } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { ends, inFolder } from '../test/fakes.ts'
import { startNats } from './nats.ts'
import { freePort } from './ports.ts'

it('a nats-server keeps its streams over a kill and leaves no process', () =>
  inFolder(async (folder) => {
    const storeDir = join(folder, 'nats')
    const first = await startNats({ storeDir })
    const bus = await connectBus({ url: first.url, name: 'test' })
    const declared = streams()
    expect((await provision(bus, { streams: declared, durables: durables() })).created).not.toEqual([])
    await bus.close()
    first.kill('SIGKILL')
    await first.exited
    const second = await startNats({ storeDir })
    const again = await connectBus({ url: second.url, name: 'test' })
    expect((await provision(again, { streams: declared, durables: durables() })).created).toEqual([])
    await again.close()
    await second.stop()
    expect(await ends(second.pid, 0)).toBe(true)
  }))

it('lets nobody in without a login when users are configured', () =>
  inFolder(async (folder) => {
    const configText = 'authorization { users = [ { user: "a", password: "b" } ] }'
    const server = await startNats({ storeDir: join(folder, 'nats'), configText })
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    socket.write('CONNECT {"verbose":false}\r\nPING\r\n')
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toContain('Authorization Violation')
    await server.stop()
  }))

it('a broken configuration and a used port are named', () =>
  inFolder(async (folder) => {
    await expect(startNats({ storeDir: join(folder, 'bad'), configText: 'nonsense {' })).rejects.toThrow(
      'nats-server does not start: see the end of',
    )
    const port = await freePort()
    const taken = createServer().listen(port, '127.0.0.1')
    await expect(startNats({ storeDir: join(folder, 'used'), port })).rejects.toThrow(
      `Port ${port}, wanted for nats-server, is in use`,
    )
    await new Promise((resolve) => taken.close(resolve))
  }))
