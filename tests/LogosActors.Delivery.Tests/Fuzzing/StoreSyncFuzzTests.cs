using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.StoreSync;
using LogosActors.Libp2p.Encoding;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Fuzzing;

/// <summary>Mutated captures of store sync, over its codecs and over a whole side of a reconciliation: nothing throws, and nothing costs more
/// memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test. A million inputs each with <c>LOGOS_FULL=1</c>.</remarks>
public sealed class StoreSyncFuzzTests(ITestOutputHelper output)
{
    const string Topic = "/waku/2/rs/0/0";

    static readonly ArchivePosition[] Ids = [.. Enumerable.Range(0, 300).Select(i => new ArchivePosition(1000 + i, Hash(i)))];

    static readonly ReconciliationPayload Payload = new()
    {
        PubsubTopics = [Topic],
        Ranges =
        [
            new ReconciliationRange.Skip(At(1000), At(1010)),
            new ReconciliationRange.Summary(At(1010), At(1200), Fingerprint.Of(Hash(7))),
            new ReconciliationRange.Summary(At(1200), At(1200, 3), Fingerprint.Of(Hash(7))),
            new ReconciliationRange.ItemSet(At(1200), At(1300), [.. Ids[200..203], .. Ids[250..252]], IsReconciled: false),
        ],
    };

    static readonly byte[][] Payloads =
    [
        ReconciliationCodec.Encode(Payload),
        ReconciliationCodec.Encode(Payload with { ContentTopics = ["/a/1/b/proto"], Ranges = [.. Payload.Ranges.Take(2)] }),
        ReconciliationCodec.Encode(ReconciliationPayload.End),
    ];

    static int _read;

    static readonly IReadOnlyList<FuzzTarget> Targets =
    [
        new("reconciliation payload", Tier.Of(100_000, 1_000_000), 4000, 160, ReadPayload, Payloads),
        new("reconciliation", Tier.Of(20_000, 1_000_000), 400_000, 4000, Reconcile, Payloads),
        new("transferred message", Tier.Of(100_000, 1_000_000), 4000, 8, ReadTransferred,
            TransferCodec.Frame(new(Topic, new() { ContentTopic = "/a/1/b/proto", Payload = new byte[40], Timestamp = 1000 }))[1..]),
    ];

    public static TheoryData<string> Names => [.. Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_stranger_sends_is_read_or_refused_at_a_bounded_cost(string decoder)
    {
        var target = Targets.Single(target => string.Equals(target.Name, decoder, StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        _read = 0;
        var most = target.Run(seed);
        output.WriteLine($"{target.Inputs} inputs, {100.0 * _read / target.Inputs:F1} % of them were read; the most that one allocated: {most} bytes");
        Assert.NotEqual(0, _read);
    }

    static void ReadPayload(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = ReconciliationCodec.TryDecode(input, out var payload, out var error);
        IsConsistent(isRead, payload, error);
    }

    static void Reconcile(ReadOnlySpan<byte> input, int cut)
    {
        if (!ReconciliationCodec.TryDecode(input, out var payload, out _))
            return;
        _read++;
        var index = new ReconciliationIndex(1000);
        foreach (var id in Ids)
            index.Add(Topic, "/a/1/b/proto", id);
        var side = new Reconciliation(index, [Topic], threshold: 10);
        var answer = side.Answer(payload);
        if (side.IsOver != (answer is null || answer.IsEnd))
            Assert.Fail("an answer after the end, or none before it");
        if (answer is null || answer.IsEnd)
            return;
        // The answer is about what was asked, without gaps, and can be written and read.
        Assert.Equal(payload.Ranges[0].Lower, answer.Ranges[0].Lower);
        Assert.Equal(payload.Ranges[^1].Upper, answer.Ranges[^1].Upper);
        Assert.True(ReconciliationCodec.TryDecode(ReconciliationCodec.Encode(answer), out _, out _));
    }

    static void ReadTransferred(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = TransferCodec.TryDecode(input.ToArray(), out var transferred, out var error);
        IsConsistent(isRead, transferred, error);
    }

    static ArchivePosition At(long time, int? hash = null) => new(time, hash is { } seed ? Hash(seed) : default);

    static MessageHash Hash(int seed) => new([.. Enumerable.Repeat((byte)(seed * 31), MessageHash.Length - 2), (byte)(seed >> 8), (byte)seed]);

    static void IsConsistent(bool isRead, object? value, DecodeError error)
    {
        if (isRead != (error is DecodeError.None) || isRead != value is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {value}, {error}");
        if (isRead)
            _read++;
    }
}
