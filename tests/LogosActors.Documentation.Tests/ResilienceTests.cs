using System.Diagnostics;
using LogosActors.Samples.Resilience;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Documentation.Tests;

/// <summary>The sample that attacks two nodes, as a stranger runs it.</summary>
public sealed class ResilienceTests(ITestOutputHelper output)
{
    [Fact]
    public Task Processes_that_are_killed_at_random_instants_lose_and_double_nothing() =>
        RunAsync("--kills", Tier.Of(everyCommit: 6, full: 100).ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task Actors_of_every_kind_that_fail_under_load_lose_and_double_nothing()
    {
        // A minute and a half; each actor's failure has a test of its own beside it.
        if (Tier.IsFull)
            await RunAsync("--quick");
    }

    [Fact]
    public void A_message_that_is_missing_or_comes_twice_is_seen()
    {
        var account = new Account(inHand: 1);
        account.Accept(1, "a");
        account.Accept(2, "b");
        account.Receive(1);
        account.Receive(1);

        Assert.Equal([2], account.Missing);
        Assert.Equal([1], account.Doubled);
    }

    [Fact]
    public void What_was_in_hand_at_a_kill_may_come_again_once_and_nothing_else()
    {
        var account = new Account(inHand: 1);
        account.Receive(1);
        account.Receive(2);
        account.ReceiverKilled();

        account.Receive(2);
        account.Receive(2);
        account.Receive(1);

        Assert.Equal(1, account.Repeated);
        Assert.Equal([2, 1], account.Doubled);
    }

    async Task RunAsync(params string[] arguments)
    {
        using var sample = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Resilience.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        try
        {
            var (told, errors) = (sample.StandardOutput.ReadToEndAsync(), sample.StandardError.ReadToEndAsync());
            await sample.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(20));
            output.WriteLine(await told);
            Assert.True(sample.ExitCode == 0, $"{await told}\n{await errors}");
            Assert.EndsWith("Nothing was lost, and nothing was doubled.\n", await told, StringComparison.Ordinal);
        }
        finally
        {
            if (!sample.HasExited)
                sample.Kill(entireProcessTree: true);
        }
    }
}
