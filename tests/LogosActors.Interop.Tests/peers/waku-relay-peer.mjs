// A relay node of Logos Delivery made of js-waku's parts (@waku/core) and the js-libp2p that it pins, on 127.0.0.1 only.
//   node waku-relay-peer.mjs '{"cluster":1,"shardCount":8,"shards":[3],"transports":["ws"],"muxers":["mplex"]}'
// json-lines.mjs says how commands are given. Its gossipsub is set as js-waku's relay sets it.
import './polyfill.mjs'
import { createHash } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { all } from '@libp2p/websockets/filters'
import { multiaddr } from '@multiformats/multiaddr'
import { createEncoder, messageHashStr, wakuMetadata } from '@waku/core'
import { proto_message as proto } from '@waku/proto'
import { contentTopicToShardIndex } from '@waku/utils'
import { createLibp2p } from 'libp2p'
import { base64, emit, serve } from './json-lines.mjs'
import { gossipsub } from './pubsub.mjs'
import { channelCommands } from './reliable-channels.mjs'

const { cluster = 0, shardCount = 1, shards = [0], transports = ['tcp'], muxers = ['yamux'], isQuiet = false } = JSON.parse(process.argv[2] ?? '{}')
const listenAddresses = { tcp: '/ip4/127.0.0.1/tcp/0', ws: '/ip4/127.0.0.1/tcp/0/ws' }
const topicOf = (shard) => `/waku/2/rs/${cluster}/${shard}`

const node = await createLibp2p({
  addresses: { listen: transports.map(transport => listenAddresses[transport]) },
  transports: [tcp(), webSockets({ filter: all })],
  connectionEncrypters: [noise()],
  streamMuxers: muxers.map(muxer => ({ yamux: yamux(), mplex: mplex() })[muxer]),
  connectionGater: { denyDialMultiaddr: () => false },
  services: {
    identify: identify({ agentVersion: 'js-waku-peer' }),
    ping: ping(),
    metadata: wakuMetadata(cluster),
    pubsub: gossipsub({
      protocols: ['/vac/waku/relay/2.0.0'],
      msgIdFn: ({ data }) => new Uint8Array(createHash('sha256').update(data).digest()),
      globalSignaturePolicy: 'StrictNoSign'
    })
  }
})
const router = node.services.pubsub

// js-waku's relay takes a message that has a content topic and a payload.
const validate = (_, { data }) => {
  try {
    const { contentTopic, payload } = proto.WakuMessage.decode(data)
    return contentTopic?.length && payload?.length ? 'accept' : 'reject'
  } catch {
    return 'reject'
  }
}
for (const shard of shards) {
  router.topicValidators.set(topicOf(shard), validate)
  router.subscribe(topicOf(shard))
}

let received = 0
let awaited = () => {}
router.addEventListener('gossipsub:message', ({ detail: { msg } }) => {
  const message = proto.WakuMessage.decode(msg.data)
  received++
  awaited()
  // For the load tests, which count.
  if (isQuiet) return
  emit('message', {
    topic: msg.topic,
    contentTopic: message.contentTopic,
    payload: base64(message.payload),
    meta: base64(message.meta ?? []),
    ephemeral: message.ephemeral ?? false,
    hash: messageHashStr(msg.topic, message)
  })
})

node.addEventListener('peer:disconnect', ({ detail }) => emit('disconnected', { peer: detail.toString() }))

const encoderOf = (contentTopic, ephemeral, metaSetter) => {
  const shard = contentTopicToShardIndex(contentTopic, shardCount)
  const routingInfo = { pubsubTopic: topicOf(shard), shardId: shard, clusterId: cluster, networkConfig: { clusterId: cluster } }
  return { shard, encoder: createEncoder({ contentTopic, ephemeral, metaSetter, routingInfo }) }
}

emit('listening', { peer: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })

serve({
  ...channelCommands(router, encoderOf),
  dial: async ({ address }) => { const connection = await node.dial(multiaddr(address)); return { peer: connection.remotePeer.toString(), muxer: connection.multiplexer } },
  subscribers: ({ shard }) => ({ subscribers: router.getSubscribers(topicOf(shard)).map(String) }),
  mesh: ({ shard }) => ({ mesh: router.getMeshPeers(topicOf(shard)) }),
  // Asks a connected peer for its cluster and shards, as js-waku does of every peer.
  metadata: async ({ peer }) => {
    const connection = node.getConnections().find(({ remotePeer }) => remotePeer.toString() === peer)
    const { error, shardInfo } = await node.services.metadata.query(connection.remotePeer)
    if (error) throw new Error(error)
    return { cluster: shardInfo.clusterId, shards: shardInfo.shards }
  },
  judge: ({ messages }) => ({ verdicts: messages.map(message => validate(null, { data: Buffer.from(message, 'base64') }) === 'accept') }),
  // Publishes to the shard that js-waku's autosharding finds.
  publish: async ({ contentTopic, payload, meta = '', ephemeral = false }) => {
    const { shard, encoder } = encoderOf(contentTopic, ephemeral, meta ? () => Buffer.from(meta, 'base64') : undefined)
    const message = await encoder.toProtoObj({ payload: Buffer.from(payload, 'base64') })
    await router.publish(topicOf(shard), proto.WakuMessage.encode(message))
    return { topic: topicOf(shard), hash: messageHashStr(topicOf(shard), message) }
  },
  // Publishes as many messages of so many bytes as fast as it can.
  burst: async ({ contentTopic, count, size }) => {
    const { shard, encoder } = encoderOf(contentTopic, false)
    for (let i = 0; i < count; i++) {
      const payload = new Uint8Array(size)
      crypto.getRandomValues(payload.subarray(0, 16))
      await router.publish(topicOf(shard), proto.WakuMessage.encode(await encoder.toProtoObj({ payload })))
      if (i % 64 === 63) await new Promise(setImmediate)
    }
  },
  // Ends when so many messages have come since the start.
  receive: ({ count }) => new Promise(resolve => { awaited = () => { if (received >= count) resolve() }; awaited() })
})
