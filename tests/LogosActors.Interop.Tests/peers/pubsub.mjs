// Gossipsub, with whatever parameters the test sets, and the commands that drive it.
import { GossipSub } from '@chainsafe/libp2p-gossipsub'
import { base64, emit } from './json-lines.mjs'

// protocols: protocol ids in place of the /meshsub ones; everything else goes to GossipSub as it is.
export const gossipsub = ({ protocols, ...parameters }) => (components) => {
  const router = new GossipSub(components, { allowPublishToZeroTopicPeers: true, fallbackToFloodsub: false, ...parameters })
  if (protocols) router.multicodecs = protocols
  return router
}

export const tellMessages = (router) =>
  router.addEventListener('gossipsub:message', ({ detail: { msg, msgId, propagationSource } }) => emit('message', {
    topic: msg.topic,
    data: base64(msg.data),
    messageId: msgId,
    signed: msg.type === 'signed',
    author: msg.type === 'signed' ? msg.from.toString() : undefined,
    receivedFrom: propagationSource.toString()
  }))

export const pubsubCommands = (router) => ({
  subscribe: ({ topic }) => router.subscribe(topic),
  unsubscribe: ({ topic }) => router.unsubscribe(topic),
  mesh: ({ topic }) => ({ mesh: router.getMeshPeers(topic), subscribers: router.getSubscribers(topic).map(String) }),
  // verdict: accept, reject or ignore, for every later message of the topic.
  validate: ({ topic, verdict }) => { router.topicValidators.set(topic, () => verdict) },
  score: ({ peer }) => ({ score: router.score.score(peer) }),
  publish: async ({ topic, data }) => {
    const { recipients } = await router.publish(topic, Buffer.from(data, 'base64'))
    return { recipients: recipients.map(String) }
  }
})
