// Participants of channels of scalable data sync, by @waku/sds. They have no network: messages leave and arrive as commands.
//   node sds-peer.mjs '{}'
// json-lines.mjs says how commands are given. Bytes are base64, times of a logical clock are decimal digits. What a command
// makes a channel tell its application is in the answer, as events of a type and the ids of the messages they are about.
import { ContentMessage, EphemeralMessage, isContentMessage, isEphemeralMessage, isSyncMessage, Message, MessageChannel, MessageChannelEvent, SyncMessage } from '@waku/sds'
// The package does not export these two.
import { DefaultBloomFilter } from './node_modules/@waku/sds/dist/bloom_filter/bloom.js'
import { MemLocalHistory } from './node_modules/@waku/sds/dist/message_channel/mem_local_history.js'
import { base64, emit, serve } from './json-lines.mjs'

const BLOOM = { capacity: 10_000, errorRate: 0.001 } // DEFAULT_BLOOM_FILTER_OPTIONS, which is not exported either
const channels = new Map()

const bytes = (text) => text === undefined || text === null ? undefined : new Uint8Array(Buffer.from(text, 'base64'))
const kindOf = (message) => isEphemeralMessage(message) ? 'ephemeral' : isSyncMessage(message) ? 'sync' : isContentMessage(message) ? 'content' : 'unknown'
const sent = (message) => ({ kind: kindOf(message), messageId: message.messageId, wire: base64(message.encode()) })

const entryTo = ({ messageId, retrievalHint, senderId }) => ({ messageId, retrievalHint: retrievalHint && base64(retrievalHint), senderId })
const entryFrom = ({ messageId, retrievalHint, senderId }) => ({ messageId, retrievalHint: bytes(retrievalHint), senderId: senderId ?? undefined })

const idsOf = (detail) =>
  typeof detail === 'string' ? [detail]
    : Array.isArray(detail) ? detail.map(entry => entry.messageId)
      : detail.messageIds ?? [detail.messageId]

const participant = (on) => {
  if (!channels.has(on)) throw new Error(`no channel '${on}' is open`)
  return channels.get(on)
}

// Runs an action on a channel, and answers with its result and the events that it caused; a task of it that failed fails the command.
const on = async (name, action) => {
  const { channel, events } = participant(name)
  events.length = 0
  const result = await action(channel)
  await channel.processTasks()
  const failed = events.find(event => event.error)
  if (failed) throw failed.error
  return { ...result, events: [...events] }
}

emit('listening')

serve({
  // All times are those of this clock from now on; it stands still between two commands.
  clock: async ({ milliseconds }) => { Date.now = () => milliseconds },
  open: async ({ on: name, channel: id, sender, causalHistorySize, possibleAcksThreshold, lostAfter, repair, historyLength }) => {
    if (channels.has(name)) throw new Error(`a channel '${name}' is open`)
    const options = {
      causalHistorySize: causalHistorySize ?? undefined,
      possibleAcksThreshold: possibleAcksThreshold ?? undefined,
      timeoutForLostMessagesMs: lostAfter ?? undefined,
      enableRepair: !!repair,
      repairConfig: repair ?? undefined
    }
    const channel = new MessageChannel(id, sender, options, new MemLocalHistory(historyLength ?? undefined))
    const events = []
    for (const [type, event] of Object.entries(MessageChannelEvent)) {
      channel.addEventListener(event, ({ detail }) => events.push(type === 'ErrorTask' ? { error: detail.error } : { type, ids: idsOf(detail) }))
    }
    channels.set(name, { channel, events })
  },
  // Sends content; the same content again is a retransmission, if nobody has acknowledged it. What the network did not take is not sent.
  send: ({ on: name, content, hint, isTaken = true }) => {
    const result = {}
    return on(name, async (channel) => {
      channel.pushOutgoingMessage(bytes(content), async (message) => {
        Object.assign(result, sent(message))
        return { success: isTaken, retrievalHint: bytes(hint) }
      })
      await channel.processTasks()
      return result
    })
  },
  ephemeral: ({ on: name, content }) => {
    const result = {}
    return on(name, async (channel) => {
      await channel.pushOutgoingEphemeralMessage(bytes(content), async (message) => { Object.assign(result, sent(message)); return true })
      await channel.processTasks()
      return result
    })
  },
  // Without history and repair requests there is nothing to say, and no message in the answer.
  sync: ({ on: name }) => {
    const result = {}
    return on(name, async (channel) => {
      await channel.pushOutgoingSyncMessage(async (message) => { Object.assign(result, sent(message)); return true })
      return result
    })
  },
  receive: ({ on: name, wire, hint }) => on(name, async (channel) => {
    const message = Message.decode(bytes(wire))
    if (!message) throw new Error('not a message')
    channel.pushIncomingMessage(message, bytes(hint))
    return { kind: kindOf(message), messageId: message.messageId }
  }),
  sweepIncoming: ({ on: name }) => on(name, async (channel) => ({ missing: channel.sweepIncomingBuffer().map(entryTo) })),
  sweepOutgoing: ({ on: name }) => on(name, async (channel) => {
    const { unacknowledged, possiblyAcknowledged } = channel.sweepOutgoingBuffer()
    return { unacknowledged: unacknowledged.map(sent), possiblyAcknowledged: possiblyAcknowledged.map(sent) }
  }),
  sweepRepairs: ({ on: name }) => {
    const repairs = []
    return on(name, async (channel) => {
      await channel.sweepRepairIncomingBuffer(async (message) => { repairs.push(sent(message)); return true })
      return { repairs }
    })
  },
  // What the channel holds, oldest first; these are private in TypeScript only.
  state: async ({ on: name }) => {
    const { channel } = participant(name)
    const ids = (messages) => messages.map(({ messageId }) => messageId)
    const repair = channel.repairManager
    return {
      lamport: channel.lamportTimestamp.toString(),
      log: ids(channel.localHistory.slice()),
      outgoing: ids(channel.outgoingBuffer),
      possiblyAcknowledged: [...channel.possibleAcks.keys()],
      incoming: ids(channel.incomingBuffer),
      repairRequests: repair ? repair.outgoingBuffer.getItems().map(({ entry, tReq }) => ({ messageId: entry.messageId, at: tReq })) : [],
      repairResponses: repair ? repair.incomingBuffer.getItems().map(({ entry, tResp }) => ({ messageId: entry.messageId, at: tResp })) : [],
      filter: base64(channel.filter.toBytes())
    }
  },
  decode: async ({ wire }) => {
    const message = Message.decode(bytes(wire))
    if (!message) throw new Error('not a message')
    return {
      kind: kindOf(message),
      senderId: message.senderId,
      messageId: message.messageId,
      channelId: message.channelId,
      lamport: message.lamportTimestamp?.toString(),
      causalHistory: message.causalHistory.map(entryTo),
      bloomFilter: message.bloomFilter && base64(message.bloomFilter),
      repairRequest: message.repairRequest.map(entryTo),
      content: message.content && base64(message.content)
    }
  },
  encode: async ({ kind, senderId, messageId, channelId, lamport, causalHistory, bloomFilter, repairRequest, content }) => {
    const Kind = { content: ContentMessage, sync: SyncMessage, ephemeral: EphemeralMessage }[kind]
    const message = new Kind(
      messageId, channelId, senderId, causalHistory.map(entryFrom), lamport ? BigInt(lamport) : undefined, bytes(bloomFilter), bytes(content), repairRequest.map(entryFrom))
    return { wire: base64(message.encode()) }
  },
  // Which of the ids a filter may contain.
  find: async ({ filter, ids }) => {
    const bloom = DefaultBloomFilter.fromBytes(bytes(filter), BLOOM)
    return { found: ids.filter(id => bloom.lookup(id)) }
  },
  filter: async ({ ids }) => {
    const bloom = new DefaultBloomFilter(BLOOM)
    ids.forEach(id => bloom.insert(id))
    return { filter: base64(bloom.toBytes()) }
  }
})
