import { existsSync } from 'node:fs'
import { connect } from '@nats-io/transport-node'
import { expect, it } from 'vitest'
import { startTestBroker } from './index.ts'

it('starts a broker and leaves nothing behind', async () => {
  const broker = await startTestBroker()
  const connection = await connect({ servers: broker.url, reconnect: false })
  expect(connection.info?.jetstream).toBe(true)
  await connection.close()
  await broker.stop()
  expect(existsSync(broker.storeDir)).toBe(false)
  expect(() => process.kill(broker.pid, 0)).toThrow()
})
