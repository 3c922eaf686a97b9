using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests;

public sealed class OptionRangeTests
{
    public static TheoryData<string, Action> OutOfRange { get; } = new()
    {
        { "ActorSystemOptions.Throughput", () => _ = new ActorSystemOptions { Throughput = 0 } },
        { "ActorSystemOptions.PhaseTimeout", () => _ = new ActorSystemOptions { PhaseTimeout = TimeSpan.FromHours(2) } },
        { "PersistenceOptions.RecoveryTimeout", () => _ = new PersistenceOptions { RecoveryTimeout = TimeSpan.Zero } },
        { "PersistenceOptions.MaxConcurrentRecoveries", () => _ = new PersistenceOptions { MaxConcurrentRecoveries = 10_001 } },
        { "PersistenceOptions.RecoveryPageSize", () => _ = new PersistenceOptions { RecoveryPageSize = 0 } },
        { "Props.StashCapacity", () => _ = Props.Create(() => new Idle()) with { StashCapacity = 0 } },
        { "TestKitOptions.ExpectTimeout", () => _ = new TestKitOptions { ExpectTimeout = TimeSpan.Zero } },
        { "TestKitOptions.ExpectNothingFor", () => _ = new TestKitOptions { ExpectNothingFor = TimeSpan.FromHours(2) } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void An_option_out_of_range_is_named_with_what_is_accepted(string option, Action set)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(set);
        Assert.Contains($"{option} must be between", error.Message, StringComparison.Ordinal);
    }

    sealed class Idle : Actor;
}
