// A libp2p stream with writes that wait for the remote's window, and a count and SHA-256 of what went each way.
import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'

// Byte i of every transfer is i mod 251: a prime, so that blocks that are lost, doubled or swapped change the digest.
const PERIOD = 251
const BLOCK = 64 * 1024
const pattern = Uint8Array.from({ length: BLOCK + PERIOD }, (_, i) => i % PERIOD)

class Tally {
  bytes = 0
  #hash = createHash('sha256')

  add (chunk) { this.bytes += chunk.length; this.#hash.update(chunk) }
  digest () { return this.#hash.copy().digest() }
  report () { return { bytes: this.bytes, sha256: this.digest().toString('hex') } }
}

export class ByteStream {
  sent = new Tally()
  received = new Tally()
  #stream
  #chunks
  #outgoing = new PassThrough({ highWaterMark: 4 * BLOCK })
  #sunk

  constructor (stream) {
    this.#stream = stream
    this.#chunks = stream.source[Symbol.asyncIterator]()
    this.#outgoing.on('error', () => {})
    this.#sunk = stream.sink(this.#outgoing).catch(() => {}).finally(() => this.#outgoing.destroy())
  }

  get status () { return this.#stream.status }

  async write (chunk) {
    if (!['ready', 'writing'].includes(this.#stream.writeStatus)) throw new Error(`the stream is ${this.status}`)
    this.sent.add(chunk)
    const { promise, resolve, reject } = Promise.withResolvers()
    this.#outgoing.write(chunk, error => error ? reject(new Error(`the stream is ${this.status}`)) : resolve())
    await promise
  }

  async writePattern (count) {
    for (let end = this.sent.bytes + count; this.sent.bytes < end;) {
      const from = this.sent.bytes % PERIOD
      await this.write(pattern.subarray(from, from + Math.min(BLOCK, end - this.sent.bytes)))
    }
  }

  async closeWrite () {
    this.#outgoing.end()
    await this.#sunk
  }

  // The next bytes, or undefined at the end; throws where the stream was reset.
  async read () {
    const { done, value } = await this.#chunks.next()
    if (done) return undefined
    const chunk = value.subarray()
    this.received.add(chunk)
    return chunk
  }

  // Reads until so many bytes have come in all, or the end.
  async readUntil (count = Infinity) {
    while (this.received.bytes < count) {
      if (await this.read() === undefined) break
    }
  }

  reset () { this.#stream.abort(new Error('reset on command')) }
}
