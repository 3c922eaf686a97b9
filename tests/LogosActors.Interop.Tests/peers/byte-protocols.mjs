// Byte protocols that a test of streams wants at the other end.
export const ECHO = '/rig/echo/1.0.0'     // sends back what comes until the other end closes
export const SINK = '/rig/sink/1.0.0'     // reads to the end, then answers u64le byte count and SHA-256, 40 bytes
export const SOURCE = '/rig/source/1.0.0' // reads u64le n, then sends n bytes of the pattern
export const HOLD = '/rig/hold/1.0.0'     // does nothing by itself: the test reads, writes, closes and resets

export const echo = async (stream) => {
  for (let chunk; (chunk = await stream.read()) !== undefined;) await stream.write(chunk)
  await stream.closeWrite()
}

export const sink = async (stream) => {
  await stream.readUntil()
  const count = Buffer.alloc(8)
  count.writeBigUInt64LE(BigInt(stream.received.bytes))
  await stream.write(Buffer.concat([count, stream.received.digest()]))
  await stream.closeWrite()
}

export const source = async (stream) => {
  let request = Buffer.alloc(0)
  while (request.length < 8) {
    const chunk = await stream.read()
    if (chunk === undefined) throw new Error('no byte count')
    request = Buffer.concat([request, chunk])
  }
  await stream.writePattern(Number(request.readBigUInt64LE()))
  await stream.closeWrite()
}
