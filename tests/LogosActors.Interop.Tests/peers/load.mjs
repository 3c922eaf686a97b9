// A js-libp2p node for the load tests, on 127.0.0.1 only: it measures itself against another one.
//   node load.mjs '{"gossipsub":true}'
import './polyfill.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { emit, serve } from './json-lines.mjs'
import { gossipsub } from './pubsub.mjs'

const { gossipsub: speaksGossipsub = false } = JSON.parse(process.argv[2] ?? '{}')
const SINK = '/load/sink/1.0.0' // reads to the end, then answers one byte
const TOPIC = 'load'
const WRITE = new Uint8Array(64 * 1024)

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: { inboundConnectionThreshold: Infinity, maxIncomingPendingConnections: 1000 },
  connectionMonitor: { enabled: false },
  services: speaksGossipsub
    ? { identify: identify(), pubsub: gossipsub({ globalSignaturePolicy: 'StrictNoSign', D: 6 }) }
    : {}
})

await node.handle(SINK, async ({ stream }) => {
  for await (const _ of stream.source);
  await stream.sink([new Uint8Array(1)])
})

const perSecond = async (count, work) => {
  const started = performance.now()
  await work()
  return { rate: count / (performance.now() - started) * 1000 }
}

let received = 0
let awaited = () => {}
node.services.pubsub?.addEventListener('message', () => { received++; awaited() })

emit('listening', { peer: node.peerId.toString(), address: node.getMultiaddrs()[0].toString() })

serve({
  // Bytes per second of one stream.
  stream: async ({ address, writes }) => {
    const connection = await node.dial(multiaddr(address))
    const stream = await connection.newStream(SINK)
    const result = await perSecond(writes * WRITE.length, async () => {
      await stream.sink((function * () { for (let i = 0; i < writes; i++) yield WRITE })())
      for await (const _ of stream.source);
    })
    return result
  },
  // Connections per second, one after the other: dials of one peer at the same time would be one dial.
  connect: ({ address, connections }) => perSecond(connections, async () => {
    for (let i = 0; i < connections; i++) {
      const connection = await node.dial(multiaddr(address), { force: true })
      await connection.close()
    }
  }),

  dial: async ({ address }) => { await node.dial(multiaddr(address)) },
  subscribe: () => node.services.pubsub.subscribe(TOPIC),
  mesh: () => ({ mesh: node.services.pubsub.getMeshPeers(TOPIC).length }),
  publish: async ({ count, size }) => {
    for (let i = 0; i < count; i++) {
      const data = new Uint8Array(size)
      crypto.getRandomValues(data.subarray(0, 16))
      await node.services.pubsub.publish(TOPIC, data)
      if (i % 64 === 63) await new Promise(setImmediate)
    }
  },
  received: () => ({ received }),
  // Ends when so many messages have come since the start.
  receive: ({ count }) => new Promise(resolve => { awaited = () => { if (received >= count) resolve() }; awaited() })
})
