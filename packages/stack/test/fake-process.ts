import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

// Stands in for a service: ready at once, tells in NOTES when it starts and stops, fails when told to.
const { PORT, SERVICE_NAME = 'fake', NOTES, FAIL, STUBBORN } = process.env

if (FAIL !== undefined) {
  console.error(`Error: ${FAIL}\n    at somewhere`)
  process.exit(3)
}
const note = (text: string): void => {
  if (NOTES !== undefined) appendFileSync(NOTES, `${SERVICE_NAME} ${text}\n`)
}
process.on('SIGTERM', () => {
  note('stopped')
  if (STUBBORN === undefined) process.exit(0)
})
createServer((_request, response) => response.end('ok')).listen(Number(PORT), '127.0.0.1', () => note('started'))
