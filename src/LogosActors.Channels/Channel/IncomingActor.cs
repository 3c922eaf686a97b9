using LogosActors.Actors;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;

namespace LogosActors.Channels.Channel;

/// <summary>Decrypts and reads what comes, one message after the other (RELIABLE-CHANNEL-API §Incoming message processing).</summary>
/// <remarks>
/// Parent: the channel. A failure costs the message that was handled: its sender sends it again, or others are asked for it. Messages of other
/// channels that share the content topic are passed over; a mark in the meta attribute is not asked for, as js-waku sets none.
/// </remarks>
internal sealed class IncomingActor(ChannelEnvironment channel) : Actor
{
    readonly PreviousNames _previous = new();
    readonly BloomParameters _bloom = new(channel.Options.Sds.BloomCapacity, channel.Options.Sds.BloomErrorRate);

    protected override async ValueTask ReceiveAsync(object message)
    {
        switch (message)
        {
            case Conversation.Arrived arrived:
                try
                {
                    await HandleAsync(arrived);
                }
                finally
                {
                    channel.Budget.Return(arrived.Payload.Length);
                }
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    async ValueTask HandleAsync(Conversation.Arrived arrived)
    {
        var bytes = arrived.Payload;
        if (channel.Options.Encryption is { } encryption)
        {
            (bytes, var failure) = await HookCall.RunAsync(encryption.DecryptAsync, bytes, channel.Options.EncryptionTimeout, Time, Context.Stopping);
            if (failure is not null)
            {
                Tell(ChannelProblem.NotDecrypted, $"Message {arrived.Hash} could not be decrypted: {failure.Message}");
                return;
            }
        }
        if (!SdsCodec.TryDecode(bytes, _bloom, out var message, out var dialect, out var error, _previous))
            Tell(ChannelProblem.NotUnderstood, $"Message {arrived.Hash} is no message of a reliable channel: {error}.");
        else if (string.Equals(message.ChannelId, channel.Options.ChannelId, StringComparison.Ordinal))
            Context.Parent.Tell(new SdsConversation.Received(message, dialect, arrived.Hash), Self);
    }

    void Tell(ChannelProblem problem, string detail) =>
        channel.Voice.Tell(new ChannelProblemFound(channel.Options.ChannelId, problem, detail));
}
