// A js-libp2p node for the interop tests, on 127.0.0.1 only.
//   node libp2p-peer.mjs '{"key":"secp256k1","transports":["tcp","ws"],"muxers":["yamux","mplex"],"gossipsub":{"D":3}}'
// All options may be left out; there is gossipsub only where it is asked for. json-lines.mjs says how commands are given.
import './polyfill.mjs'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { all } from '@libp2p/websockets/filters'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { ECHO, HOLD, SINK, SOURCE, echo, sink, source } from './byte-protocols.mjs'
import { ByteStream } from './byte-stream.mjs'
import { base64, emit, serve } from './json-lines.mjs'
import { gossipsub, pubsubCommands, tellMessages } from './pubsub.mjs'

const { key = 'ed25519', transports = ['tcp'], muxers = ['yamux'], certificate, gossipsub: pubsub } = JSON.parse(process.argv[2] ?? '{}')
const MAX_STREAMS = 8192
const PATIENCE = 60_000 // milliseconds; the defaults of a few seconds would make a busy machine fail tests

const listenAddresses = { tcp: '/ip4/127.0.0.1/tcp/0', ws: '/ip4/127.0.0.1/tcp/0/ws', wss: '/ip4/127.0.0.1/tcp/0/wss' }
const muxerOf = {
  yamux: yamux({ maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS }),
  // mplex resets a stream whose reader falls behind by more than its buffer: the default of 4 MiB would fail busy machines.
  mplex: mplex({ maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS, maxStreamBufferSize: 128 << 20 })
}

const node = await createLibp2p({
  privateKey: await generateKeyPair({ ed25519: 'Ed25519', secp256k1: 'secp256k1' }[key]),
  addresses: { listen: transports.map(transport => listenAddresses[transport]) },
  transports: [tcp(), webSockets({ filter: all, ...(certificate && { https: certificate, websocket: { ca: certificate.cert } }) })],
  connectionEncrypters: [noise()],
  streamMuxers: muxers.map(muxer => muxerOf[muxer]),
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: {
    inboundConnectionThreshold: Infinity,
    maxIncomingPendingConnections: 1000,
    inboundUpgradeTimeout: PATIENCE,
    protocolNegotiationTimeout: PATIENCE
  },
  connectionMonitor: { enabled: false },
  services: {
    identify: identify({ agentVersion: 'js-interop-peer' }),
    identifyPush: identifyPush({ agentVersion: 'js-interop-peer' }),
    ping: ping(),
    ...(pubsub && { pubsub: gossipsub(pubsub) })
  }
})

const streams = new Map()
const keep = (stream) => { const id = streams.size + 1; streams.set(id, stream); return id }
const streamOf = (id) => streams.get(id) ?? (() => { throw new Error(`no stream ${id}`) })()
const connectionOf = (peer) => {
  const connection = node.getConnections(peerIdFromString(peer)).find(connection => connection.status === 'open')
  if (!connection) throw new Error(`not connected to ${peer}`)
  return connection
}
const open = async (peer, protocol) => {
  const stream = await connectionOf(peer).newStream(protocol, { maxOutboundStreams: MAX_STREAMS })
  return { protocol: stream.protocol, stream: new ByteStream(stream) }
}

const answer = (protocol, behaviour) => node.handle(protocol, async ({ stream: raw, connection }) => {
  const stream = new ByteStream(raw)
  try {
    await behaviour(stream, connection.remotePeer.toString())
  } catch (error) {
    emit('streamFailed', { protocol, peer: connection.remotePeer.toString(), ...stream.received.report(), error: error.name, status: stream.status })
    stream.reset()
  }
}, { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS })

await answer(ECHO, echo)
await answer(SINK, sink)
await answer(SOURCE, source)
await answer(HOLD, async (stream, peer) => emit('stream', { protocol: HOLD, peer, stream: keep(stream) }))

const describe = (connection) => ({
  peer: connection.remotePeer.toString(),
  muxer: connection.multiplexer,
  encryption: connection.encryption,
  direction: connection.direction
})
node.addEventListener('connection:open', ({ detail }) => emit('connected', describe(detail)))
node.addEventListener('connection:close', ({ detail }) => emit('disconnected', describe(detail)))
node.addEventListener('peer:identify', ({ detail }) => emit('identified', {
  peer: detail.peerId.toString(),
  agent: detail.agentVersion,
  protocolVersion: detail.protocolVersion,
  protocols: detail.protocols,
  addresses: detail.listenAddrs.map(String),
  observed: detail.observedAddr?.toString()
}))
if (pubsub) tellMessages(node.services.pubsub)

emit('listening', {
  peer: node.peerId.toString(),
  cid: node.peerId.toCID().toString(),
  publicKey: base64(publicKeyToProtobuf(node.peerId.publicKey)),
  addresses: node.getMultiaddrs().map(String),
  binaryAddresses: node.getMultiaddrs().map(address => base64(address.bytes))
})

serve({
  dial: async ({ address }) => describe(await node.dial(multiaddr(address))),
  close: ({ peer }) => node.hangUp(peerIdFromString(peer)),
  peers: () => ({ peers: node.getPeers().map(String) }),
  ping: async ({ peer }) => ({ milliseconds: await node.services.ping.ping(peerIdFromString(peer)) }),
  // What the peer store knows of a peer, from identify and its pushes.
  protocols: async ({ peer }) => {
    const known = await node.peerStore.get(peerIdFromString(peer))
    return { protocols: known.protocols, agent: Buffer.from(known.metadata.get('AgentVersion') ?? []).toString() }
  },
  // Handles one more protocol, which identify pushes to every peer.
  handle: ({ protocol }) => answer(protocol, echo),

  open: async ({ peer, protocol }) => {
    const opened = await open(peer, protocol)
    return { protocol: opened.protocol, stream: keep(opened.stream) }
  },
  write: async ({ stream, count }) => { await streamOf(stream).writePattern(count); return streamOf(stream).sent.report() },
  closeWrite: ({ stream }) => streamOf(stream).closeWrite(),
  // Reads until `count` bytes have come since the stream began, or to its end; bytes and sha256 are of all of them.
  read: async ({ stream, count }) => {
    let failed = false
    await streamOf(stream).readUntil(count).catch(() => { failed = true })
    return { ...streamOf(stream).received.report(), failed, status: streamOf(stream).status }
  },
  reset: ({ stream }) => streamOf(stream).reset(),

  // Opens so many echo streams, and only when all are open sends 1, 2, 3 … bytes through them and compares.
  echoMany: async ({ peer, streams }) => {
    const opened = await Promise.all(Array.from({ length: streams }, () => open(peer, ECHO)))
    await Promise.all(opened.map(async ({ stream }, index) => {
      await Promise.all([stream.writePattern(1 + index).then(() => stream.closeWrite()), stream.readUntil()])
    }))
    return { same: opened.filter(({ stream }) => stream.received.report().sha256 === stream.sent.report().sha256).length }
  },

  ...(pubsub && pubsubCommands(node.services.pubsub))
})
