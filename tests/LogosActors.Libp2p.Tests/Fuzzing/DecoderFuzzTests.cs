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
    public void A_million_inputs_are_tried_in_all() => Assert.True(_targets.All.Sum(target => target.Inputs) >= 1_000_000);
}
