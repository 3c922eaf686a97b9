// js-waku's reliable channels (@waku/sdk) on a relay node. They take a node's light push and filter, and refuse relay ("Not
// implemented"), so both are lent to them here on top of relay: what is pushed is published, what relay brings is handed to the
// subscribers of its content topic.
import { createDecoder } from '@waku/core'
import { proto_message as proto } from '@waku/proto'
import { base64, emit } from './json-lines.mjs'

const EVENTS = ['message-sent', 'message-acknowledged', 'sending-message-irrecoverable-error']

export const channelCommands = (router, encoderOf) => {
  const channels = new Map()
  const subscriptions = []

  router.addEventListener('gossipsub:message', async ({ detail: { msg } }) => {
    const message = proto.WakuMessage.decode(msg.data)
    for (const { decoder, callback } of subscriptions) {
      if (decoder.contentTopic === message.contentTopic) await callback(await decoder.fromProtoObj(msg.topic, message))
    }
  })

  const node = {
    lightPush: {
      send: async (encoder, message) => {
        const { recipients } = await router.publish(encoder.pubsubTopic, await encoder.toWire(message))
        return { successes: recipients, failures: [] }
      }
    },
    filter: {
      subscribe: async (decoder, callback) => { subscriptions.push({ decoder, callback }); return true }
    }
  }

  return {
    // Times are in milliseconds.
    openChannel: async ({ contentTopic, channel, sender, options }) => {
      // Other tests need not wait for it to be loaded.
      const { ReliableChannel } = await import('@waku/sdk')
      const { encoder } = encoderOf(contentTopic, false)
      const opened = await ReliableChannel.create(node, channel, sender, encoder, createDecoder(contentTopic, encoder.routingInfo), options)
      opened.addEventListener('message-received', ({ detail }) => emit('channelMessage', { channel, payload: base64(detail.payload), hash: detail.hashStr }))
      for (const name of EVENTS) opened.addEventListener(name, ({ detail }) => emit(name, { channel, messageId: detail.messageId ?? detail }))
      channels.set(channel, opened)
    },
    closeChannel: ({ channel }) => channels.get(channel).stop(),
    sendOnChannel: ({ channel, payload }) => ({ messageId: channels.get(channel).send(new Uint8Array(Buffer.from(payload, 'base64'))) })
  }
}
