using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Fuzzing;

/// <summary>A million mutated captures, over everything here that reads what a stranger has sent: nothing throws, and nothing costs more memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test.</remarks>
public sealed class DecoderFuzzTests(ITestOutputHelper output) : IDisposable
{
    readonly FuzzTargets _targets = new();

    public static TheoryData<string> Names
    {
        get
        {
            using var targets = new FuzzTargets();
            return [.. targets.All.Select(target => target.Name)];
        }
    }

    public void Dispose() => _targets.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_stranger_sends_is_read_or_refused_at_a_bounded_cost(string decoder)
    {
        var target = _targets.All.Single(target => string.Equals(target.Name, decoder, StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var most = target.Run(seed);
        output.WriteLine($"{target.Inputs} inputs; the most that one allocated: {most} bytes");
    }

    [Fact]
    public async Task Messages_on_a_stream_are_read_or_refused_and_the_connection_goes_on()
    {
        const int MaxLength = 400;
        byte[][] captures = [[3, 1, 2, 3, 0, 2, 1, 1], [0xac, 0x02, .. new byte[300], 1, 7]];
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var mutator = new Mutator(seed);
        using var peers = new Connections.Peers();
        var (dialer, listener) = await peers.ConnectAsync();
        for (var i = 0; i < 2000; i++)
        {
            await using var here = await dialer.OpenStreamAsync();
            await here.WriteAsync(mutator.Next(captures).ToArray());
            await here.CloseWriteAsync();
            await using var there = await listener.AcceptStreamAsync();
            byte[]? message;
            DecodeError error;
            do
            {
                (message, error) = await LengthPrefixed.ReadAsync(there, MaxLength, default);
                Assert.True(message is null ? Enum.IsDefined(error) : message.Length <= MaxLength && error is DecodeError.None, $"seed {seed}");
            }
            while (message is not null);
            here.Reset();
            there.Reset();
        }
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public void A_million_inputs_are_tried_in_all() => Assert.True(_targets.All.Sum(target => target.Inputs) >= 1_000_000);
}
