using System.Net;
using LogosActors.Configuration;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Gossipsub as the relay of a network has it.</summary>
internal static class RelayGossipsub
{
    // What an RPC holds beside one message: its topic, its lengths, and some control entries.
    const int Beside = 64 * 1024;

    /// <summary>The relay's preset, with room for the messages of a network.</summary>
    /// <param name="maxMessageSize">The longest encoded message, in bytes; longer ones are not relayed.</param>
    /// <param name="maxPeersPerAddress">How many peers of one address the host lets in: that many are no crowd of one operator.</param>
    public static GossipsubOptions For(int maxMessageSize, int maxPeersPerAddress)
    {
        var (preset, room) = (GossipsubPresets.Relay, new DataSize(maxMessageSize + Beside));
        return preset with
        {
            // Those on this machine are no crowd of one operator: the host's limits do not count the loopback either.
            Score = preset.Score with
            {
                IpColocationThreshold = maxPeersPerAddress,
                IpColocationWhitelist = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")],
            },
            SeenCapacity = SeenMessages,
            HistorySize = Larger(DataSize.FromMebibytes(16), room),
            Limits = preset.Limits with
            {
                MessageSize = new DataSize(maxMessageSize),
                // The reference reads no larger RPC than its largest message, and closes the stream of a peer that sends one.
                SentRpcSize = new DataSize(maxMessageSize),
                BatchSize = new DataSize(Math.Min(preset.Limits.BatchSize.Bytes, maxMessageSize)),
                RpcSize = Larger(preset.Limits.RpcSize, room),
                QueuedSize = Larger(Queued, room),
                QueuedSizeOfAll = Larger(QueuedOfAll, room),
                PendingValidationSize = Larger(Pending, room),
                PendingValidationSizePerPeer = Larger(PendingPerPeer, room),
            },
        };
    }

    // What a node of 512 MB has for gossipsub (docs/bounds.md).
    static readonly DataSize Pending = DataSize.FromMebibytes(24), PendingPerPeer = DataSize.FromMebibytes(8), Queued = DataSize.FromMebibytes(4), QueuedOfAll = DataSize.FromMebibytes(24);

    const int SeenMessages = 250_000;

    /// <summary>The longest encoded message that fits into an RPC of a network's largest message, in bytes.</summary>
    /// <param name="maxMessageSize">The network's largest message, in bytes: what the reference takes for the largest RPC, too.</param>
    /// <param name="shard">Where the message goes.</param>
    public static int MaxEncoded(int maxMessageSize, PubsubTopic shard)
    {
        // RPC { publish { data, topic } }; a length of the largest message is as long as any.
        var lengths = 2 * (1 + Varint.Length((ulong)maxMessageSize));
        return maxMessageSize - lengths - ProtobufWriter.SizeOfString(4, shard.ToString());
    }

    static DataSize Larger(DataSize one, DataSize other) => one > other ? one : other;
}
