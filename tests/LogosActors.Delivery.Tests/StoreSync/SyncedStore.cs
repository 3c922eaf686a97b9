using System.Security.Cryptography;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.StoreSync;

namespace LogosActors.Delivery.Tests.StoreSync;

/// <summary>A store that has ids only, and gives and takes them without a network.</summary>
internal sealed class SyncedStore(int threshold = 100, int partitions = 8, int capacity = 100_000)
{
    public const string Topic = "/waku/2/rs/0/0";

    readonly Dictionary<MessageHash, (ArchivePosition Id, string PubsubTopic, string ContentTopic)> _messages = [];

    public ReconciliationIndex Index { get; } = new(capacity);

    public IReadOnlyList<string> Topics { get; init; } = [Topic];

    public IEnumerable<ArchivePosition> Ids => _messages.Values.Select(message => message.Id);

    public SyncedStore With(params IEnumerable<ArchivePosition> ids)
    {
        foreach (var id in ids)
            Add(id);
        return this;
    }

    public void Add(ArchivePosition id, string pubsubTopic = Topic, string contentTopic = "/a/1/b/proto")
    {
        _messages[id.Hash] = (id, pubsubTopic, contentTopic);
        Index.Add(pubsubTopic, contentTopic, id);
    }

    public Reconciliation Side() => new(Index, Topics, threshold, partitions);

    /// <summary>Synchronizes with another store, payloads and messages; what is not expected is not taken.</summary>
    public Exchange SyncWith(SyncedStore other, long start, long end)
    {
        var (ours, theirs) = (Side(), other.Side());
        var exchange = new Exchange();
        var payload = ours.Begin(start, end);
        for (var turn = theirs; ; turn = turn == theirs ? ours : theirs)
        {
            var encoded = ReconciliationCodec.Encode(payload);
            exchange.Bytes += encoded.Length;
            exchange.Payloads++;
            Assert.True(ReconciliationCodec.TryDecode(encoded, out var received, out var error), $"{error}");
            if (turn.Answer(received) is not { } answer)
                break;
            payload = answer;
        }
        Assert.True(ours.IsOver && theirs.IsOver);
        exchange.Refused = Give(this, other, ours, theirs) + Give(other, this, theirs, ours);
        exchange.Sent = ours.ToSend.Count + theirs.ToSend.Count;
        return exchange;
    }

    static int Give(SyncedStore from, SyncedStore to, Reconciliation sender, Reconciliation receiver)
    {
        var refused = 0;
        foreach (var hash in sender.ToSend)
        {
            var (id, pubsubTopic, contentTopic) = from._messages[hash];
            if (receiver.Expected.Take(id))
                to.Add(id, pubsubTopic, contentTopic);
            else
                refused++;
        }
        return refused;
    }

    public static ArchivePosition Id(long time, string text) =>
        new(time, new MessageHash(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text))));

    public sealed record Exchange
    {
        public int Bytes { get; set; }
        public int Payloads { get; set; }
        public int Sent { get; set; }
        public int Refused { get; set; }
    }
}
