// js-libp2p wants Node 22; on Node 20 only this is missing.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((accept, refuse) => { resolve = accept; reject = refuse })
  return { promise, resolve, reject }
}
