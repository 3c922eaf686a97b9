// Events leave on standard output, commands come in on standard input, one JSON object a line.
// {"command":"ping","id":3,…} is answered by {"event":"ok","id":3,…} or {"event":"error","id":3,"error":"…"}.
// Commands run side by side; the end of standard input ends the process, so that no peer outlives its test.
import { createInterface } from 'node:readline'

export const base64 = (bytes) => Buffer.from(bytes).toString('base64')

const number = (_, value) => typeof value === 'bigint' ? Number(value) : value

export const emit = (event, fields = {}) => process.stdout.write(JSON.stringify({ event, ...fields }, number) + '\n')

// The test may be gone already.
process.stdout.on('error', () => process.exit(0))

export const serve = (commands) => {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    const { command, id, ...fields } = JSON.parse(line)
    try {
      if (!Object.hasOwn(commands, command)) throw new Error(`unknown command '${command}'`)
      emit('ok', { ...(await commands[command](fields)), id })
    } catch (error) {
      emit('error', { id, error: `${error.name}: ${error.message}` })
    }
  })
  lines.on('close', () => process.exit(0))
}
