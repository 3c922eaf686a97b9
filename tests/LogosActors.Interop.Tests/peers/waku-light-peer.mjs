// A light node of js-waku (@waku/sdk), which asks stores, pushes, and subscribes with filter, on 127.0.0.1 only.
//   node waku-light-peer.mjs '{"cluster":1,"shardCount":8,"muxers":["mplex"]}'
// json-lines.mjs says how commands are given.
import './polyfill.mjs'
import { yamux } from '@chainsafe/libp2p-yamux'
import { mplex } from '@libp2p/mplex'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { all } from '@libp2p/websockets/filters'
import { multiaddr } from '@multiformats/multiaddr'
import { createLightNode, Protocols } from '@waku/sdk'
import { createRoutingInfo } from '@waku/utils'
import { base64, emit, serve } from './json-lines.mjs'

const { cluster = 0, shardCount = 1, muxers = ['mplex'] } = JSON.parse(process.argv[2] ?? '{}')
const networkConfig = { clusterId: cluster, numShardsInCluster: shardCount }
const waku = await createLightNode({
  networkConfig,
  defaultBootstrap: false,
  discovery: { dns: false, peerExchange: false, peerCache: false },
  libp2p: {
    addresses: { listen: [] },
    transports: [tcp(), webSockets({ filter: all })],
    hideWebSocketInfo: true,
    filterMultiaddrs: false,
    streamMuxers: muxers.map(muxer => ({ yamux: yamux(), mplex: mplex() })[muxer]),
    connectionGater: { denyDialMultiaddr: () => false }
  }
})
// Its own is a minute.
waku.filter.config.keepAliveIntervalMs = 1000
const pubsubTopicOf = (contentTopic) => createRoutingInfo(networkConfig, { contentTopic }).pubsubTopic

emit('listening', { peer: waku.libp2p.peerId.toString(), addresses: [] })

serve({
  dial: async ({ address }) => { const connection = await waku.libp2p.dial(multiaddr(address)); return { peer: connection.remotePeer.toString(), muxer: connection.multiplexer } },
  // Waits until js-waku's own list of peers has one that serves the protocol on the topic's shard.
  waitFor: async ({ protocol, contentTopic, milliseconds = 60_000 }) => {
    await waku.waitForPeers([Protocols[protocol]], milliseconds)
    for (const end = Date.now() + milliseconds; ;) {
      if ((await waku.peerManager.getPeers({ protocol: Protocols[protocol], pubsubTopic: pubsubTopicOf(contentTopic) })).length) return {}
      if (Date.now() > end) throw new Error(`no peer serves ${protocol} on ${pubsubTopicOf(contentTopic)}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  },
  // Pushes a message by lightpush version 3 or 2.
  push: async ({ contentTopic, payload, legacy = false, timestamp }) => {
    const encoder = waku.createEncoder({ contentTopic })
    const sent = await waku.lightPush.send(
      encoder, { payload: Buffer.from(payload, 'base64'), timestamp: timestamp && new Date(timestamp) }, { useLegacy: legacy, autoRetry: false })
    return { successes: sent.successes.map(String), failures: sent.failures.map(failure => String(failure.error)) }
  },
  // Subscribes with filter; what is pushed comes as a "message" event.
  subscribe: async ({ contentTopic }) => ({
    subscribed: await waku.filter.subscribe(waku.createDecoder({ contentTopic }), message =>
      emit('message', { contentTopic: message.contentTopic, pubsubTopic: message.pubsubTopic, payload: base64(message.payload), hash: message.hashStr }))
  }),
  peers: () => ({ peers: waku.libp2p.getPeers().map(String) }),
  // Pages through a store to the end. Times are milliseconds since 1970, hashes hexadecimal digits.
  query: async ({ contentTopic, pageSize, forward, from, to, hashes }) => {
    const options = {
      includeData: true,
      ...(pageSize && { paginationLimit: pageSize }),
      ...(forward !== undefined && { paginationForward: forward }),
      ...(from && { timeStart: new Date(from) }),
      ...(to && { timeEnd: new Date(to) }),
      ...(hashes && { messageHashes: hashes.map(hash => Buffer.from(hash.replace(/^0x/, ''), 'hex')), pubsubTopic: pubsubTopicOf(contentTopic) })
    }
    const pages = []
    for await (const page of waku.store.queryGenerator([waku.createDecoder({ contentTopic })], options)) {
      pages.push((await Promise.all(page)).filter(Boolean).map(message => ({
        contentTopic: message.contentTopic,
        payload: base64(message.payload),
        hash: message.hashStr,
        timestamp: message.timestamp?.getTime()
      })))
    }
    return { pages }
  }
})
