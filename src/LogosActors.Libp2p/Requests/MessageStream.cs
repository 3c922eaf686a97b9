using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Requests;

/// <summary>A stream to a peer that carries messages one way, none of which is answered. One writer at a time.</summary>
public interface IMessageStream : IAsyncDisposable
{
    /// <summary>Sends a message; waits while the peer has no room.</summary>
    /// <param name="framed">The message behind its length (<see cref="LengthPrefixed.Frame"/>), so that one array serves many streams.</param>
    /// <param name="cancellation">Gives up; the stream is of no use then.</param>
    /// <exception cref="IOException">The peer has reset the stream, or the connection has ended.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> framed, CancellationToken cancellation);
}

/// <summary>A stream of messages both ways, each behind its length, where each side answers the other for as long as there is something to say.</summary>
public interface IConversation : IMessageStream
{
    /// <summary>Reads the peer's next message, which is the caller's.</summary>
    /// <returns>The message, maybe with no bytes; null: the peer has finished.</returns>
    /// <exception cref="IOException">The peer has reset the stream, the connection has ended, or what came is no message; then the stream is reset.</exception>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation);
}

/// <summary>Answers a peer in one conversation, which ends when it has returned.</summary>
/// <param name="peer">Who has begun it.</param>
/// <param name="conversation">What the peer says, and where it is answered.</param>
/// <param name="cancellation">Cancelled when the connection has ended or the host stops.</param>
public delegate Task ConversationHandler(PeerId peer, IConversation conversation, CancellationToken cancellation);

/// <summary>Receives a message from a peer. The stream is read on when it has returned.</summary>
/// <param name="peer">The sender.</param>
/// <param name="message">The message, which is the receiver's.</param>
/// <param name="cancellation">Cancelled when the connection has ended or the host stops.</param>
public delegate ValueTask MessageReceiver(PeerId peer, ReadOnlyMemory<byte> message, CancellationToken cancellation);

/// <summary>A protocol of messages one way, or of conversations: any number per stream, each behind its length as a varint. Immutable.</summary>
/// <param name="Id">The protocol id.</param>
/// <param name="MaxLength">The longest message that is read, in bytes; a longer one resets its stream before anything is allocated for it.</param>
public sealed record MessageProtocol(string Id, int MaxLength)
{
    /// <summary>How many streams of the protocol one peer may have open to this host; more are reset.</summary>
    /// <value>Default 8: a correct peer has one, and one that it replaces.</value>
    public int MaxInboundPerPeer { get; init; } = 8;
}

/// <summary>Messages one way, and conversations, on a host.</summary>
internal static class MessageStreamExtensions
{
    /// <summary>Receives the messages of a protocol from now on; <see cref="Libp2pHost.RemoveHandler"/> ends it.</summary>
    /// <exception cref="ArgumentException">The protocol is handled already, or its id is malformed.</exception>
    public static void Receive(this Libp2pHost host, MessageProtocol protocol, MessageReceiver receiver) => host.Handle(
        protocol.Id,
        (stream, cancellation) => ReceiveAsync(stream, protocol, receiver, cancellation),
        new StreamHandlerOptions { MaxInboundStreams = protocol.MaxInboundPerPeer });

    /// <summary>Opens a stream of a protocol to a connected peer.</summary>
    /// <exception cref="ConnectionException">The peer is not connected, does not speak the protocol or is too slow.</exception>
    /// <exception cref="StreamResetException">The peer does not want the stream.</exception>
    public static async Task<IMessageStream> OpenMessagesAsync(this Libp2pHost host, PeerId peer, string protocol, CancellationToken cancellation) =>
        new MessageStream(await host.OpenStreamAsync(peer, protocol, cancellation));

    /// <summary>Answers conversations of a protocol from now on; <see cref="Libp2pHost.RemoveHandler"/> ends it.</summary>
    /// <exception cref="ArgumentException">The protocol is handled already, or its id is malformed.</exception>
    public static void Converse(this Libp2pHost host, MessageProtocol protocol, ConversationHandler handler) => host.Handle(
        protocol.Id,
        async (stream, cancellation) =>
        {
            await using var conversation = new Conversation(stream, protocol.MaxLength);
            await handler(stream.RemotePeer, conversation, cancellation);
        },
        new StreamHandlerOptions { MaxInboundStreams = protocol.MaxInboundPerPeer });

    /// <summary>Begins a conversation with a connected peer.</summary>
    /// <exception cref="ConnectionException">The peer is not connected, does not speak the protocol or is too slow.</exception>
    /// <exception cref="StreamResetException">The peer does not want the stream.</exception>
    public static async Task<IConversation> OpenConversationAsync(
        this Libp2pHost host, PeerId peer, MessageProtocol protocol, CancellationToken cancellation) =>
        new Conversation(await host.OpenStreamAsync(peer, protocol.Id, cancellation), protocol.MaxLength);

    static async Task ReceiveAsync(LibP2pStream stream, MessageProtocol protocol, MessageReceiver receiver, CancellationToken cancellation)
    {
        while (true)
        {
            var (message, error) = await LengthPrefixed.ReadAsync(stream, protocol.MaxLength, cancellation);
            if (message is not null)
            {
                await receiver(stream.RemotePeer, message, cancellation);
                continue;
            }
            if (error is not DecodeError.None)
                stream.Reset();
            return;
        }
    }

    sealed class Conversation(LibP2pStream stream, int maxLength) : MessageStream(stream), IConversation
    {
        readonly LibP2pStream _stream = stream;

        public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
        {
            var (message, error) = await LengthPrefixed.ReadAsync(_stream, maxLength, cancellation);
            if (error is DecodeError.None)
                return message is null ? default(ReadOnlyMemory<byte>?) : message;
            _stream.Reset();
            throw new ConnectionException(ConnectionFailure.ProtocolViolated, $"{_stream.RemotePeer} sent no message of {_stream.Protocol}: {error}.");
        }
    }

    class MessageStream(LibP2pStream stream) : IMessageStream
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> framed, CancellationToken cancellation) => stream.WriteAsync(framed, cancellation);

        // A reset would overtake what the peer has still to read.
        public async ValueTask DisposeAsync()
        {
            try
            {
                if (!stream.IsRemoteFinished)
                    await stream.CloseWriteAsync();
            }
            catch (IOException)
            {
                // It is over already.
            }
            await stream.DisposeAsync();
        }
    }
}
