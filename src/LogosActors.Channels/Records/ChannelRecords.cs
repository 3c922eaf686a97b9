using Google.Protobuf;
using LogosActors.Actors.Serialization;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Records;

/// <summary>What a channel stores, and what it stands for.</summary>
internal static class ChannelRecords
{
    const int SerializerId = 7_120;

    /// <summary>The events and snapshots, with their manifests.</summary>
    public static ProtobufTypes Types { get; } = new ProtobufTypes("channels", SerializerId)
        .Add(Changed.Parser, "changed")
        .Add(Covered.Parser, "covered")
        .Add(Snapshot.Parser, "snapshot");

    /// <summary>A change of SDS.</summary>
    /// <param name="change">The change.</param>
    /// <param name="message">The message of <see cref="SdsEvent.Sent"/> and <see cref="SdsEvent.Accepted"/>, encoded; not copied.</param>
    public static Change Of(SdsEvent change, ReadOnlyMemory<byte> message) => change switch
    {
        SdsEvent.Joined joined => new Change { Joined = joined.At },
        SdsEvent.Sent sent => new Change { Sent = new Sent { Message = Wrap(message), At = sent.At } },
        SdsEvent.Retransmitted again => new Change { Retransmitted = again.MessageId },
        SdsEvent.Acknowledged done => new Change { Acknowledged = done.MessageId },
        SdsEvent.GaveUp gone => new Change { GaveUp = gone.MessageId },
        SdsEvent.Accepted accepted => new Change
        {
            Accepted = new Accepted
            {
                Message = Wrap(message),
                RetrievalHint = Wrap(accepted.RetrievalHint),
                Dialect = (int)accepted.Dialect,
                IsInOrder = accepted.IsDelivered,
                At = accepted.At,
            },
        },
        SdsEvent.Delivered delivered => new Change { Delivered = delivered.MessageId },
        SdsEvent.Lost lost => new Change { Lost = new Lost { MessageId = lost.MessageId, IsFromBefore = lost.IsFromBefore } },
        SdsEvent.Resolved resolved => new Change { Resolved = resolved.MessageId },
        SdsEvent.HintSet set => new Change { HintSet = new HintSet { MessageId = set.MessageId, RetrievalHint = Wrap(set.RetrievalHint) } },
        _ => throw new ArgumentException($"{change.GetType().Name} is not stored.", nameof(change)),
    };

    /// <summary>The change of SDS that was stored; null: it is another change.</summary>
    public static SdsEvent? SdsEventOf(Change change) => change.KindCase switch
    {
        Change.KindOneofCase.Joined => new SdsEvent.Joined(change.Joined),
        Change.KindOneofCase.Sent => new SdsEvent.Sent(MessageOf(change.Sent.Message), change.Sent.At),
        Change.KindOneofCase.Retransmitted => new SdsEvent.Retransmitted(change.Retransmitted),
        Change.KindOneofCase.Acknowledged => new SdsEvent.Acknowledged(change.Acknowledged),
        Change.KindOneofCase.GaveUp => new SdsEvent.GaveUp(change.GaveUp),
        Change.KindOneofCase.Accepted => new SdsEvent.Accepted(
            MessageOf(change.Accepted.Message), change.Accepted.RetrievalHint.Memory, (SdsDialect)change.Accepted.Dialect, change.Accepted.IsInOrder, change.Accepted.At),
        Change.KindOneofCase.Delivered => new SdsEvent.Delivered(change.Delivered),
        Change.KindOneofCase.Lost => new SdsEvent.Lost(change.Lost.MessageId, change.Lost.IsFromBefore),
        Change.KindOneofCase.Resolved => new SdsEvent.Resolved(change.Resolved),
        Change.KindOneofCase.HintSet => new SdsEvent.HintSet(change.HintSet.MessageId, change.HintSet.RetrievalHint.Memory),
        _ => null,
    };

    /// <summary>A message that is complete.</summary>
    public static CompleteMessage Of(ReassemblyEvent.MessageCompleted completed)
    {
        var key = completed.Key;
        var hash = new byte[KeccakHash.Length];
        key.MessageHash.CopyTo(hash);
        var (first, second, third, fourth) = completed.Positions;
        return new CompleteMessage
        {
            SenderId = key.SenderId,
            MessageHash = Wrap(hash),
            DataCount = key.DataCount,
            ParityCount = key.ParityCount,
            RequestId = key.RequestId,
            Timestamp = key.Timestamp,
            MessageLength = key.MessageLength,
            Positions = { first, second, third, fourth },
        };
    }

    /// <summary>A message that is complete.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static ReassemblyEvent.MessageCompleted CompletedOf(CompleteMessage record)
    {
        if (record.MessageHash.Length != KeccakHash.Length || record.Positions.Count != 4
            || record.DataCount < 0 || record.ParityCount < 0 || record.DataCount + (long)record.ParityCount >= SegmentLimits.TotalSegments)
            throw new FormatException("A stored message of a channel is malformed.");
        return new ReassemblyEvent.MessageCompleted(
            new MessageKey(
                record.SenderId, new KeccakHash(record.MessageHash.Span), record.DataCount, record.ParityCount, record.RequestId, record.Timestamp, record.MessageLength),
            new PositionSet(record.Positions[0], record.Positions[1], record.Positions[2], record.Positions[3]));
    }

    /// <summary>The message that some bytes encode.</summary>
    /// <exception cref="FormatException">They are malformed.</exception>
    public static SdsMessage MessageOf(ByteString bytes) => SdsCodec.TryDecode(bytes.Memory, BloomParameters.Default, out var message, out _, out var error)
        ? message
        : throw new FormatException($"A stored message of a channel is malformed: {error}.");

    /// <summary>Bytes that nobody changes any more, as Protocol Buffers have them.</summary>
    public static ByteString Wrap(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
