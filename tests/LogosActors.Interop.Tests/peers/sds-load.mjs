// Two participants of a channel by @waku/sds with a long history, for the load tests: they talk to each other in this process.
//   node sds-load.mjs '{"history":10000}'
import { ContentMessage, Message, MessageChannel } from '@waku/sds'
// The package does not export it.
import { MemLocalHistory } from './node_modules/@waku/sds/dist/message_channel/mem_local_history.js'
import { emit, serve } from './json-lines.mjs'

const { history = 10_000 } = JSON.parse(process.argv[2] ?? '{}')
const CHANNEL = 'load'
const HINT = new Uint8Array(32).fill(7) // the length of a message hash

// Given at once: one after the other they would take minutes.
const past = () => {
  const from = Date.now() - history
  const bytes = new Uint8Array(100)
  return Array.from({ length: history }, (_, i) => new ContentMessage(
    i.toString(16).padStart(64, '0'), CHANNEL, i % 2 ? 'alice' : 'bob', [], BigInt(from + i), undefined, bytes, [], HINT))
}

const participant = (name) => {
  const local = new MemLocalHistory()
  local.items = past()
  const channel = new MessageChannel(CHANNEL, name, {}, local)
  for (const { messageId } of local.items) channel.filter.insert(messageId)
  return channel
}

const channels = [participant('alice'), participant('bob')]
let sent = 0

emit('listening')

serve({
  // One message after the other, in turns; each is sent, encoded, decoded and received. By processor time.
  exchange: async ({ count, size }) => {
    let wire = 0
    const started = process.cpuUsage()
    for (let i = 0; i < count; i++) {
      const [from, to] = sent % 2 ? channels : [channels[1], channels[0]]
      const content = new Uint8Array(size)
      new DataView(content.buffer).setUint32(0, sent++)
      let encoded
      from.pushOutgoingMessage(content, async (message) => {
        encoded = message.encode()
        return { success: true, retrievalHint: HINT }
      })
      await from.processTasks()
      wire += encoded.length
      to.pushIncomingMessage(Message.decode(encoded), HINT)
      await to.processTasks()
    }
    const { user, system } = process.cpuUsage(started)
    const seconds = (user + system) / 1e6
    if (channels.some(channel => channel.localHistory.length !== history + sent)) throw new Error('not every message was delivered')
    return { rate: count / seconds, bytes: wire / count }
  }
})
