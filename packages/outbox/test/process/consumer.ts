import { connectBus } from '@draupnir/bus'
import { connect } from '@draupnir/db'
import { startConsumer } from '../../src/index.ts'
import { consumerOptions } from '../pipe.ts'

// A consumer as a service is one, with the effect of these tests.
const [databaseUrl = '', natsUrl = ''] = process.argv.slice(2)

const db = connect({ url: databaseUrl, applicationName: 'consumer' })
const bus = await connectBus({ url: natsUrl, name: 'consumer' })
const consumer = startConsumer({ ...consumerOptions(db, bus), lanes: 2, batch: 16 })
process.once('SIGTERM', () => {
  void consumer.stop().then(() => process.exit(0))
})
console.log('started')
