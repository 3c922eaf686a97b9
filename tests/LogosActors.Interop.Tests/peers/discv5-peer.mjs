// A node of discv5 on 127.0.0.1, by @chainsafe/discv5.
//   node discv5-peer.mjs '{"bootstrap":["enr:…"]}'
// json-lines.mjs says how commands are given. The event 'listening' has its record, 'discovered' those that it finds.
import { createSocket } from 'node:dgram'
import { Discv5 } from '@chainsafe/discv5'
import { SignableENR } from '@chainsafe/enr'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { emit, serve } from './json-lines.mjs'

const options = JSON.parse(process.argv[2] ?? '{}')

// discv5 wants to know its port before it listens.
const freePort = () => new Promise((resolve, reject) => {
  const socket = createSocket('udp4')
  socket.on('error', reject)
  socket.bind(0, '127.0.0.1', () => {
    const { port } = socket.address()
    socket.close(() => resolve(port))
  })
})

const privateKey = await generateKeyPair('secp256k1')
const address = multiaddr(`/ip4/127.0.0.1/udp/${await freePort()}`)
const enr = SignableENR.createV4(privateKey.raw)
enr.setLocationMultiaddr(address)
const discv5 = Discv5.create({ enr, privateKey, bindAddrs: { ip4: address }, config: { requestTimeout: 3000 } })
discv5.on('discovered', found => emit('discovered', { enr: found.encodeTxt() }))
for (const record of options.bootstrap ?? []) discv5.addEnr(record)
await discv5.start()
emit('listening', { enr: enr.encodeTxt(), nodeId: enr.nodeId })

serve({
  add: async ({ enr }) => discv5.addEnr(enr),
  lookup: async () => ({ records: (await discv5.findRandomNode()).map(found => found.encodeTxt()) }),
  table: async () => ({ connected: discv5.connectedPeerCount, records: discv5.kadValues().map(found => found.encodeTxt()) })
})
