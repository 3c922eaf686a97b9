using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Channels.Tests.Sds.Wire;
using LogosActors.Libp2p.Encoding;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Fuzzing;

/// <summary>Mutated captures, over what reads the messages of a channel: nothing throws, and nothing costs more memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test.</remarks>
public sealed class SdsFuzzTests(ITestOutputHelper output)
{
    static readonly byte[] Received = new byte[64 * 1024];
    static readonly BloomKey Key = BloomKey.Of("a1");

    static readonly IReadOnlyList<FuzzTarget> Targets =
    [
        new("message", 100_000, 2000, 32, Message,
            [.. new[]
            {
                SdsVectors.SpecificationContent, SdsVectors.SpecificationSync, SdsVectors.SpecificationEphemeral, SdsVectors.NimContent, SdsVectors.NimLeast,
            }.Select(Convert.FromHexString)]),
        new("bloom filter of nim-sds", 100_000, 1000, 1, Filter, Convert.FromHexString(SdsVectors.NimFilter)),
    ];

    public static TheoryData<string> Names => [.. Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_stranger_sends_is_read_or_refused_at_a_bounded_cost(string decoder)
    {
        var target = Targets.Single(target => string.Equals(target.Name, decoder, StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var most = target.Run(seed);
        output.WriteLine($"{target.Inputs} inputs; the most that one allocated: {most} bytes");
    }

    static void Message(ReadOnlySpan<byte> input, int cut)
    {
        input.CopyTo(Received);
        var isRead = SdsCodec.TryDecode(Received.AsMemory(0, input.Length), SdsVectors.Bloom, out var message, out var dialect, out var error);
        IsConsistent(isRead, message, error);
        if (!isRead)
            return;
        Assert.True(message!.CausalHistory.Count <= SdsLimits.HistoryEntries && message.RepairRequest.Count <= SdsLimits.RepairRequests);
        message.BloomFilter?.MayContain(Key);
        Assert.True(SdsCodec.SizeOf(message, dialect) <= input.Length + 2); // nim-sds's content is written even when it is empty
    }

    static void Filter(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = BloomFilterCodec.TryDecode(input, SdsDialect.Nim, BloomParameters.Default, out var filter, out var error);
        IsConsistent(isRead, filter, error);
        filter?.MayContain(Key);
    }

    static void IsConsistent(bool isRead, object? value, DecodeError error)
    {
        if (isRead != (error is DecodeError.None) || isRead != value is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {value}, {error}");
    }
}
